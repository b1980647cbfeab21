import { afterEach, describe, expect, test, vi } from 'vitest'
import { nodeRuntimes } from '../../contracts/runtimes.ts'
import { plannedRuns } from '../../scripts/prove/runs.ts'
import { findJava, findNode22 } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'

const runtimesOf = (contract: 'http' | 'bus') => plannedRuns(contract).map(({ runtime }) => runtime)

afterEach(() => {
  vi.unstubAllEnvs()
})

describeWith('Node 22', findNode22(), () => {
  const [node22, node] = nodeRuntimes().map(({ name }) => name)

  test('a proof of HTTP is made on both versions of Node', () => {
    expect(runtimesOf('http')).toEqual([node22, node])
  })

  test('a proof of HTTP needs no Java', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(runtimesOf('http')).toEqual([node22, node])
  })

  test('a proof of a bus without Java says what to install', () => {
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('PATH', '')
    expect(() => runtimesOf('bus')).toThrow(/^Install Java 17 or later /)
  })

  describeWith('Java', findJava(), () => {
    test('a proof of a bus is made on both, with the dev broker and then with Kafka', () => {
      const kafka = expect.stringMatching(/^Node [\d.]+, Kafka \d+\.\d+\.\d+$/) as string
      expect(runtimesOf('bus')).toEqual([
        `${node22}, dev broker`,
        `${node}, dev broker`,
        kafka,
        kafka,
      ])
    })
  })
})

describe('without the Node that StackBlitz has', () => {
  test('no proof is begun', () => {
    vi.stubEnv('NODE22', process.execPath)
    expect(() => runtimesOf('http')).toThrow(/Install Node 22\.22\.3 /)
  })
})
