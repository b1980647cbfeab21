import { describe, expect, test } from 'vitest'
import type { LatencySample } from '../../../lab/http/record.ts'
import {
  answerLatency,
  describeBelowKnees,
  describeCounts,
  findKnee,
  formatKnee,
  formatOutcome,
  summarizeRates,
  type Latencies,
} from '../../../src/model/lab/latency.ts'
import { choices, type Choice } from '../../../src/model/lab/stacks.ts'

const settings: Latencies['settings'] = {
  ...{
    costRounds: 1,
    latencyRounds: 3,
    seconds: 1,
    latencySeconds: 3,
    warmUpSeconds: 1,
    p99Limit: 50,
  },
  rates: [250, 1_000, 2_000, 4_000],
}

/** An answer to every request in time. */
const inTime = { p50: 0.2, p99: 2, p999: 4, max: 9, mean: 0.3, late: 0, errors: 0 }
const slow = { ...inTime, p50: 0.9, p99: 51 }
const late = { ...inTime, late: 0.011 }

/** A round of POSTs at rising rates, with a result for each. */
const rise = (stack: Choice, round: number, ...results: (typeof inTime)[]): LatencySample[] =>
  results.map((result, index) => {
    const rate = settings.rates[index] ?? expect.fail('there are only four rates')
    return { stack, round, scene: 'post', rate, offered: rate, achieved: rate, ...result }
  })

const kneeOf = (...latency: LatencySample[]) =>
  findKnee({ settings, latency }, { stack: 'express', scene: 'post' })

const wordsOf = (...rounds: (typeof inTime)[][]) =>
  formatKnee(
    kneeOf(...rounds.flatMap((results, index) => rise('express', index + 1, ...results))),
    settings.rates,
  )

describe('the highest rate in time', () => {
  test('it is the last one with a p99 within the limit, as the median of the rounds', () => {
    expect(wordsOf([inTime, inTime, slow], [inTime, slow], [inTime, inTime, slow])).toBe('1,000/s')
    expect(kneeOf(...rise('express', 1, inTime, inTime, slow)).missed).toBe(2_000)
  })

  test('it is a lower bound where the generator was late', () => {
    expect(wordsOf([inTime, inTime, late], [inTime, inTime, late])).toBe('at least 1,000/s')
  })

  test('it is a lower bound where every rate was answered in time', () => {
    expect(wordsOf([inTime, inTime, inTime, inTime])).toBe('at least 4,000/s')
  })

  test('it is exact if the rounds that the service did not end cannot move the median', () => {
    expect(wordsOf([inTime, slow], [inTime, slow], [inTime, inTime, late])).toBe('250/s')
    expect(wordsOf([inTime, slow], [inTime, late], [inTime, late])).toBe('at least 250/s')
  })

  test('it is unknown, not 0, where nothing was measured or the generator was late at once', () => {
    expect(wordsOf()).toBe('unknown')
    expect(wordsOf([late], [late])).toBe('unknown')
  })

  test('it is less than the lowest rate where even that one took too long', () => {
    expect(wordsOf([slow], [slow])).toBe('less than 250/s')
  })

  test('a late generator does not hide a service at which half of the requests take too long', () => {
    const overloaded = { ...late, p50: 900, p99: 2_000 }
    expect(wordsOf([inTime, overloaded])).toBe('250/s')
    expect(wordsOf([inTime, { ...overloaded, late: 0.9 }])).toBe('at least 250/s')
  })

  test('requests that fail at once are not answered in time', () => {
    expect(wordsOf([inTime, { ...inTime, errors: 31 }])).toBe('250/s')
    expect(wordsOf([inTime, { ...inTime, errors: 30 }])).toBe('at least 1,000/s')
  })

  test('a single rate past the limit does not end a round', () => {
    const round = rise('express', 1, inTime, slow, inTime, slow)
    expect(kneeOf(...round).outcomes.map(formatOutcome)).toEqual(['2,000/s, but not at 1,000'])
    expect(wordsOf([slow, inTime, slow, slow])).toBe('1,000/s')
  })

  test('each round says what ended it', () => {
    const { outcomes } = kneeOf(
      ...rise('express', 1, inTime, slow),
      ...rise('express', 2, inTime, late),
      ...rise('express', 3, inTime, inTime, inTime, inTime),
      ...rise('express', 4, slow),
    )
    expect(outcomes.map(formatOutcome)).toEqual([
      '250/s',
      '250/s, then the generator was late',
      '4,000/s, the highest',
      'none',
    ])
  })
})

describe('the answer', () => {
  const latency = [
    ...rise('express', 1, inTime, inTime, inTime, inTime),
    ...rise('fastify', 1, inTime, inTime, inTime, inTime),
    ...rise('fastapi', 1, inTime, slow),
    ...rise('axum', 1, inTime, inTime, late),
  ]

  test('stacks with the same result share a sentence, and each bound has its reason', () => {
    expect(answerLatency({ settings, latency })).toBe(
      'On one core, p99 stays within 50 ms for Express and Fastify up to at least 4,000 requests per second, the highest rate that we tried; for FastAPI up to 250 requests per second and no longer at 1,000; for axum up to at least 1,000 requests per second, where our generator reaches its limit. This rests on a single round.',
    )
  })

  test('rounds that agree are said to, and others are shown', () => {
    const again = latency.map((sample) => ({ ...sample, round: 2 }))
    expect(answerLatency({ settings, latency: [...latency, ...again] })).toMatch(
      /All 2 rounds agree\.$/,
    )
    const other = [...again, ...rise('fastapi', 3, slow)].filter(({ round }) => round !== 2)
    expect(answerLatency({ settings, latency: [...latency, ...other] })).toMatch(
      /These are medians of 2 rounds, which differ: FastAPI 0–250\.$/,
    )
  })

  test('a stack without samples is unknown', () => {
    expect(answerLatency({ settings, latency: rise('axum', 1, inTime, slow) })).toContain(
      'for Express, Fastify and FastAPI up to a rate that we don’t know',
    )
  })
})

describe('below the highest rate of all', () => {
  const all = (stack: Choice, p99: number) =>
    rise(stack, 1, inTime, { ...inTime, p99 }, { ...inTime, p99: 40 }, slow)

  test('stacks are compared at half of the rate that all of them answer in time', () => {
    const latency = choices.flatMap((stack, index) => all(stack, 2 + index))
    expect(describeBelowKnees({ settings, latency }, 'post')).toBe(
      'At 1,000 requests per second, p50 is 0.20 ms in all of them, and p99 is 2.0 ms (Express) to 5.0 ms (axum).',
    )
  })

  test('it says so if one of them answers no rate in time or was not measured', () => {
    const others = choices.slice(1).flatMap((stack) => all(stack, 2))
    const latency = [...others, ...rise('express', 1, slow)]
    const none = 'There is no rate that all of them answer in time.'
    expect(describeBelowKnees({ settings, latency }, 'post')).toBe(none)
    expect(describeBelowKnees({ settings, latency: others }, 'post')).toBe(none)
  })
})

describe('the figures of each rate', () => {
  test('they leave out the samples that the generator sent late', () => {
    const latency = [...rise('express', 1, inTime, late), ...rise('express', 2, inTime, inTime)]
    const rates = summarizeRates({ settings, latency }, { stack: 'express', scene: 'post' })
    expect(rates.map(({ rate, samples }) => [rate, samples.length])).toEqual([
      [250, 2],
      [1_000, 1],
    ])
  })

  test('there is no p99.9 where a round has fewer than a thousand requests', () => {
    const latency = rise('express', 1, inTime, inTime)
    const rates = summarizeRates({ settings, latency }, { stack: 'express', scene: 'post' })
    expect(rates.map(({ p999 }) => p999?.median)).toEqual([undefined, 4])
    expect(describeCounts({ settings, latency })).toBe(
      'A round sends each rate for 3 s, and each figure is the median of 3 rounds. The slowest thousandth of a round is 3 requests at 1,000 per second, and 12 at 4,000. At 250 a round has fewer than 1,000 requests, so there’s no p99.9.',
    )
  })
})
