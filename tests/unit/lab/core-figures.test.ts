import { expect, test } from 'vitest'
import type { LatencySample } from '../../../lab/http/record.ts'
import { coreFiguresOf } from '../../../src/model/lab/core-figures.ts'
import { costSamples, httpRecordOf } from './http-record.ts'

/** Every request of a sample was answered in time. */
const sample = (round: number, rate: number, result: Partial<LatencySample>): LatencySample => ({
  ...{ round, stack: 'express', scene: 'post', rate, offered: rate, achieved: rate },
  ...{ p50: 1, p99: 2, p999: 3, max: 4, mean: 1, late: 0, errors: 0 },
  ...result,
})

const figuresOf = (...latency: LatencySample[]) =>
  coreFiguresOf(httpRecordOf({ cost: costSamples('express', [62.34, 58.76, 60]), latency }))

test('the figures of a core are its CPU times from the lowest to the highest, and the p99 of each rate and round', () => {
  const latency = [sample(2, 500, { p99: 7 }), sample(1, 500, {}), sample(1, 250, { p99: 1.5 })]
  expect(figuresOf(...latency)).toEqual([
    {
      name: 'Express',
      micros: [58.8, 62.3],
      rounds: [
        [[500, 7]],
        [
          [250, 1.5],
          [500, 2],
        ],
      ],
    },
  ])
})

test('a p99 is rounded up, so that it never meets a limit that its sample missed', () => {
  expect(figuresOf(sample(1, 250, { p99: 50.01 }))[0]?.rounds).toEqual([[[250, 50.1]]])
})

test('a service that falls behind, or answers with errors, has no p99', () => {
  const behind = sample(1, 250, { achieved: 247 })
  const failing = sample(1, 500, { errors: 16 })
  const enough = sample(1, 1_000, { achieved: 991, errors: 2 })
  expect(figuresOf(behind, failing, enough)[0]?.rounds).toEqual([
    [
      [250, null],
      [500, null],
      [1_000, 2],
    ],
  ])
})

test('a rate at which the generator was late is left out', () => {
  expect(figuresOf(sample(1, 250, {}), sample(1, 500, { late: 0.02 }))[0]?.rounds).toEqual([
    [[250, 2]],
  ])
})

test('only validated POSTs count', () => {
  expect(figuresOf(sample(1, 250, { scene: 'quote' }))[0]?.rounds).toEqual([])
})
