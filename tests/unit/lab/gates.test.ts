import { expect, test } from 'vitest'
import type { CostSample, LatencySample } from '../../../lab/http/record.ts'
import { listGates } from '../../../src/model/lab/gates.ts'
import { httpRecordOf } from './http-record.ts'

const cost = (stack: CostSample['stack'], more: Partial<CostSample> = {}): CostSample => ({
  ...{ stack, round: 1, scene: 'post', logs: false, connections: 64, requests: 1_000, duration: 1 },
  ...{ meanLatency: 64, cpuTime: 900, foreign: 0.01, steal: 0, generator: 0.5 },
  ...{ idleMiB: 50, loadedMiB: 60, ...more },
})

const latency = (rate: number, more: Partial<LatencySample>): LatencySample => ({
  ...{ stack: 'fastapi', round: 1, scene: 'post', rate, offered: rate, achieved: rate },
  ...{ p50: 1, p99: 2, p999: 3, max: 4, mean: 1, late: 0, errors: 0, ...more },
})

const record = httpRecordOf({
  contract: { express: { passed: 66, total: 66 }, axum: { passed: 66, total: 66 } },
  cost: [
    cost('express'),
    cost('express-again', { foreign: 0.042, steal: 0.002 }),
    cost('axum', { generator: 0.93, meanLatency: 1 }),
  ],
  latency: [latency(250, { achieved: 249 }), latency(500, { late: 0.02, achieved: 300 })],
})

test('each gate says how close the record comes to its limit, without the samples that it labels', () => {
  expect(listGates(record).map(({ found }) => found)).toEqual([
    '66 of 66 checks on 2 stacks',
    'off by at most 3.2%',
    'off by at most 0.4%',
    'at most 4.2% and 0.2%',
    '1 of 3 samples: axum',
    '1 round: FastAPI',
    '1.00 times (1.00–1.00), no difference found',
  ])
})

test('a record without labeled samples says so', () => {
  const found = listGates({ ...record, cost: record.cost.slice(0, 2), latency: [] }).map(
    (gate) => gate.found,
  )
  expect(found.slice(4, 6)).toEqual(['none', 'none'])
})
