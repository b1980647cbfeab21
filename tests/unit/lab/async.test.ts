import { describe, expect, test } from 'vitest'
import type { CostSample, HttpRecord, LatencySample } from '../../../lab/http/record.ts'
import {
  compareLatencies,
  describeGain,
  describeLead,
  describePeak,
  summarizeThroughput,
} from '../../../src/model/lab/async.ts'
import { choices, type Choice } from '../../../src/model/lab/stacks.ts'

/** A second of quotes. */
const quote = (
  stack: Choice,
  connections: number,
  requests: number,
  more: Partial<CostSample> = {},
): CostSample => ({
  ...{ stack, round: 1, scene: 'quote', logs: false, connections, requests, duration: 1 },
  ...{ meanLatency: 20, cpuTime: 900, foreign: 0, steal: 0, generator: 0.5 },
  ...{ idleMiB: 50, loadedMiB: 60, ...more },
})

describe('waiting', () => {
  const all = (connections: number, requests: number) =>
    choices.map((stack) => quote(stack, connections, requests))

  test('the answer compares many requests in flight with one, where at least one stack still waits', () => {
    const cost = [...all(1, 49), ...all(10, 490), ...all(100, 4_410), ...all(1_000, 20_000)]
    const slow = cost.map((it) =>
      it.stack === 'fastapi' && it.connections === 100 ? { ...it, requests: 1_960 } : it,
    )
    expect(describeGain({ cost: slow })).toBe(
      'Yes: with 100 requests in flight instead of 1, a core answers this many times as many: 90 (90–90) on Express, 90 (90–90) on Fastify, 90 (90–90) on axum and 40 (40–40) on FastAPI. Waiting alone allows 100.',
    )
  })

  test('a stack that answers no more requests is named, and one whose generator was the limit is left out', () => {
    const cost = [...all(1, 49), ...all(10, 490)].map((sample) => {
      if (sample.connections === 1) return sample
      if (sample.stack === 'axum') return { ...sample, generator: 0.95 }
      return sample.stack === 'fastapi' ? { ...sample, requests: 50 } : sample
    })
    expect(describeGain({ cost })).toBe(
      'Not on every stack: with 10 requests in flight instead of 1, a core answers this many times as many: 10 (10–10) on Express, 10 (10–10) on Fastify and 1.0 (1.0–1.0) on FastAPI. Waiting alone allows 10.',
    )
  })

  test('a rate that the generator limited says nothing about a stack', () => {
    const cost = [quote('axum', 1_000, 9_000, { generator: 0.95 })]
    expect(summarizeThroughput({ cost }, 'axum', 1_000)?.isGeneratorBound).toBe(true)
    expect(summarizeThroughput({ cost }, 'axum', 100)).toBeUndefined()
  })
})

describe('FastAPI and Express with many requests in flight', () => {
  const rounds = (fastapi: number, express: number, more: Partial<CostSample> = {}) =>
    [1, 2].flatMap((round) => [
      quote('fastapi', 1_000, fastapi * round, { round, ...more }),
      quote('express', 1_000, express * round, { round }),
    ])

  test('the ratio is worded from the side of the stack that has more', () => {
    expect(describeLead({ cost: rounds(5_000, 20_000) })).toBe(
      'With 1,000 in flight, Express answers 4.00 times (4.00–4.00) as many requests per second as FastAPI. FastAPI takes 4.00 times (4.00–4.00) the CPU time of Express for each.',
    )
    expect(describeLead({ cost: rounds(20_000, 5_000) })).toMatch(
      /^With 1,000 in flight, FastAPI answers 4\.00 times .* Express takes 4\.00 times/,
    )
  })

  test('a difference within the noise is not a lead', () => {
    expect(describeLead({ cost: rounds(10_100, 10_000) })).toBe(
      'With 1,000 in flight, FastAPI and Express answer about as many requests per second: no difference found (1.01–1.01). For the CPU time of each, no difference was found (0.99–0.99).',
    )
  })

  test('only CPU time is compared where the generator was the limit', () => {
    const cost = rounds(5_000, 20_000, { generator: 0.9 })
    expect(describeLead({ cost })).toMatch(/only CPU time can be compared\. FastAPI takes 4\.00/)
  })

  test('nothing is said about rounds that only one of them has', () => {
    expect(describeLead({ cost: rounds(1, 1).slice(0, 1) })).toBe('')
  })
})

describe('FastAPI and Express at fixed rates', () => {
  const settings: HttpRecord['settings'] = {
    ...{
      costRounds: 1,
      latencyRounds: 2,
      seconds: 1,
      latencySeconds: 3,
      warmUpSeconds: 1,
      p99Limit: 50,
    },
    rates: [250, 1_000, 2_000],
  }
  const rise = (stack: Choice, ...latencies: [p50: number, p99: number, late?: number][]) =>
    [1, 2].flatMap((round) =>
      latencies.map(([p50, p99, late = 0], index): LatencySample => {
        const rate = settings.rates[index] ?? 0
        const rest = { p999: 99, max: 99, mean: 9, errors: 0, offered: rate, achieved: rate }
        return { stack, round, scene: 'quote', rate, p50, p99, late, ...rest }
      }),
    )

  test('the highest rate that both answer in time is compared, and the highest of each is named', () => {
    const latency = [
      ...rise('fastapi', [20, 22], [20.4, 33], [60, 300]),
      ...rise('express', [20, 22], [20, 22], [20, 24]),
    ]
    expect(describePeak({ settings, latency })).toBe(
      'The highest rate with a p99 within 50 ms is 1,000/s on FastAPI and at least 2,000/s on Express. At 1,000 requests per second, the highest rate that both answer in time, no difference in p50 was found (95% interval 1.02–1.02) and FastAPI’s p99 is 1.50 times (1.50–1.50) that of Express.',
    )
  })

  test('a rate at which the generator was late is not compared', () => {
    const latency = [
      ...rise('fastapi', [20, 22], [20.4, 33]),
      ...rise('express', [20, 22], [20, 22, 0.2]),
    ]
    const rates = compareLatencies({ settings, latency }, 'fastapi', 'express')
    expect(rates.map(({ rate }) => rate)).toEqual([250])
  })

  test('without a common rate, only the highest of each is named', () => {
    expect(describePeak({ settings, latency: rise('express', [20, 22], [20, 60]) })).toBe(
      'The highest rate with a p99 within 50 ms is unknown on FastAPI and 250/s on Express.',
    )
  })
})
