import { afterEach, expect, test, vi } from 'vitest'
import { nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { planRuns } from '../../scripts/prove/runs.ts'
import { findJava, findNode22 } from '../../scripts/find.ts'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { describeWith } from '../tools/describe-with.ts'

const express = { contract: 'http', runtime: 'node' } as const
const kafka = { contract: 'bus', runtime: 'node', adapter: 'kafka' } as const
const leanBus = { contract: 'bus', runtime: 'node', adapter: 'lean' } as const

const runtimesOf = (example: Parameters<typeof planRuns>[0]) =>
  planRuns(example).map(({ runtime }) => runtime)

afterEach(() => {
  vi.unstubAllEnvs()
})

describeWith('Node 22', findNode22(), () => {
  const [node22, node] = nodeRuntimes().map(({ name }) => name)

  test('npm run prove runs an HTTP example on both versions of Node', () => {
    expect(runtimesOf(express)).toEqual([node22, node])
  })

  test('npm run prove needs no Java for an HTTP example', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(runtimesOf(express)).toEqual([node22, node])
  })

  test('npm run prove without Java says what to install for the Kafka example', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(() => runtimesOf(kafka)).toThrow(/^Install Java 17 or later /)
  })

  test('npm run prove runs the lean bus over TCP on both versions of Node and in two more setups on one, without Java', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(runtimesOf(leanBus)).toEqual([
      `${node22}, over TCP`,
      `${node}, over TCP`,
      `${node}, in process`,
      `${node}, over TCP with restarts`,
    ])
  })

  describeWith('Java', findJava(), () => {
    test('npm run prove runs the Kafka example with the dev broker on both versions of Node, then with Kafka on one', () => {
      expect(runtimesOf(kafka)).toEqual([
        `${node22}, dev broker`,
        `${node}, dev broker`,
        `${node}, Kafka ${kafkaVersion}`,
      ])
    })
  })
})

test('npm run prove stops if the Node version of StackBlitz is missing', () => {
  vi.stubEnv('NODE22', process.execPath)
  expect(() => runtimesOf(express)).toThrow(/Install Node 22\.22\.3 /)
})
