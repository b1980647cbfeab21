import type { CostCase, CostSample, HttpRecord } from '../../../lab/http/record.ts'
import type { StackId } from '../../../lab/http/stacks.ts'

/** A record of the HTTP lab, made by hand. */
export function httpRecordOf(parts: Partial<HttpRecord>): HttpRecord {
  return {
    schema: 1,
    date: '2026-11-30',
    command: 'npm run lab -- http --record',
    machine: { processor: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux 6.1' },
    versions: {
      ...{ node: '24.1.0', node22: '22.1.0', python: '3.11.1', rust: '1.95.0', wrk: '4.1.0' },
    },
    commit: '0'.repeat(40),
    hash: '0'.repeat(64),
    examples: {},
    build: 'release',
    contract: {},
    settings: {
      ...{
        costRounds: 3,
        latencyRounds: 3,
        seconds: 3,
        latencySeconds: 3,
        warmUpSeconds: 3,
        p99Limit: 50,
      },
      rates: [250, 500],
    },
    repeated: 0,
    cost: [],
    latency: [],
    ...parts,
  }
}

/** Samples of one stack: the CPU time per request of each round, in µs. */
export const costSamples = (
  stack: StackId,
  micros: readonly number[],
  differing: Partial<CostCase & Pick<CostSample, 'generator' | 'idleMiB' | 'loadedMiB'>> = {},
): CostSample[] =>
  micros.map((perRequest, index) => ({
    ...{ round: index + 1, stack, scene: 'post', logs: false, connections: 64 },
    ...{ requests: 1_000, duration: 3, meanLatency: 4, cpuTime: perRequest },
    ...{ foreign: 0, steal: 0, generator: 0.3, idleMiB: 80, loadedMiB: 200 },
    ...differing,
  }))
