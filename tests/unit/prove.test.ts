import { afterEach, describe, expect, test, vi } from 'vitest'
import { nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { planRuns } from '../../scripts/prove/runs.ts'
import { findJava, findNode22 } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'

const express = { contract: 'http' } as const
const kafka = { contract: 'bus', adapter: 'kafka' } as const
const leanBus = { contract: 'bus', adapter: 'lean' } as const

const runtimesOf = (example: Parameters<typeof planRuns>[0]) =>
  planRuns(example).map(({ runtime }) => runtime)

afterEach(() => {
  vi.unstubAllEnvs()
})

describeWith('Node 22', findNode22(), () => {
  const [node22, node] = nodeRuntimes().map(({ name }) => name)

  test('a proof of HTTP is made on both versions of Node', () => {
    expect(runtimesOf(express)).toEqual([node22, node])
  })

  test('a proof of HTTP needs no Java', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(runtimesOf(express)).toEqual([node22, node])
  })

  test('a proof of Kafka without Java says what to install', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(() => runtimesOf(kafka)).toThrow(/^Install Java 17 or later /)
  })

  test('a proof of the lean bus is made on both, in three ways, without Java', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(runtimesOf(leanBus)).toEqual([
      `${node22}, over TCP`,
      `${node}, over TCP`,
      `${node22}, in process`,
      `${node}, in process`,
      `${node22}, over TCP with restarts`,
      `${node}, over TCP with restarts`,
    ])
  })

  describeWith('Java', findJava(), () => {
    test('a proof of Kafka is made on both, with the dev broker and then with Kafka itself', () => {
      const real = expect.stringMatching(/^Node [\d.]+, Kafka \d+\.\d+\.\d+$/) as string
      expect(runtimesOf(kafka)).toEqual([
        `${node22}, dev broker`,
        `${node}, dev broker`,
        real,
        real,
      ])
    })
  })
})

describe('without the Node that StackBlitz has', () => {
  test('no proof is begun', () => {
    vi.stubEnv('NODE22', process.execPath)
    expect(() => runtimesOf(express)).toThrow(/Install Node 22\.22\.3 /)
  })
})
