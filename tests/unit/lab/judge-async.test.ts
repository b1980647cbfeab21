import { describe, expect, test } from 'vitest'
import type { CostSample, HttpRecord, LatencySample } from '../../../lab/http/record.ts'
import { judgeConcurrency, judgePeak } from '../../../src/model/claims/judge-async.ts'
import type { Choice } from '../../../src/model/lab/stacks.ts'

/** Quotes with 1,000 requests in flight, in two rounds. */
const cost = (stack: Choice, requests: number, generator = 0.5) =>
  [1, 2].map((round): CostSample => ({
    ...{ stack, round, scene: 'quote', logs: false, connections: 1_000, requests, duration: 1 },
    ...{ meanLatency: 20, cpuTime: 900, foreign: 0, steal: 0, generator },
    ...{ idleMiB: 50, loadedMiB: 60 },
  }))

describe('FastAPI well ahead under concurrent load (c04)', () => {
  const verdictOf = (fastapi: number, express: number, generator?: number) =>
    judgeConcurrency({
      cost: [...cost('fastapi', fastapi, generator), ...cost('express', express)],
    }).verdicts

  test.each([
    { fastapi: 5_000, express: 16_000, verdict: 'contradicted' },
    { fastapi: 16_000, express: 16_100, verdict: 'unsupported' },
    { fastapi: 16_000, express: 5_000, verdict: 'right-with-caveat' },
  ])('$fastapi against $express quotes per second: $verdict', ({ fastapi, express, verdict }) => {
    expect(verdictOf(fastapi, express)).toEqual([verdict])
  })

  test('where the generator was the limit, CPU time decides', () => {
    expect(verdictOf(5_000, 16_000, 0.95)).toEqual(['contradicted'])
    expect(verdictOf(16_000, 5_000, 0.95)).toEqual(['right-with-caveat'])
  })

  test('without samples, the claim is unsupported', () => {
    expect(judgeConcurrency({ cost: cost('express', 1) }).verdicts).toEqual(['unsupported'])
  })
})

describe('30% lower latency at peak (c05)', () => {
  const settings: HttpRecord['settings'] = {
    ...{
      costRounds: 1,
      latencyRounds: 2,
      seconds: 1,
      latencySeconds: 3,
      warmUpSeconds: 1,
      p99Limit: 50,
    },
    rates: [1_000, 2_000],
  }
  const rise = (stack: Choice, ...latencies: [p50: number, p99: number][]) =>
    [1, 2].flatMap((round) =>
      latencies.map(([p50, p99], index): LatencySample => {
        const rate = settings.rates[index] ?? 0
        const rest = { p999: 99, max: 99, mean: 9, errors: 0, late: 0 }
        return {
          stack,
          round,
          scene: 'quote',
          rate,
          offered: rate,
          achieved: rate,
          p50,
          p99,
          ...rest,
        }
      }),
    )
  const judge = (fastapi: [number, number][], express: [number, number][]) =>
    judgePeak({
      settings,
      latency: [...rise('fastapi', ...fastapi), ...rise('express', ...express)],
    })

  test('a latency that is not lower contradicts it, and Express in time at higher rates does so, too', () => {
    const alike = judge([[20, 30], [20, 30]], [[20, 30], [20, 30]]) // prettier-ignore
    expect(alike.verdicts).toEqual(['contradicted'])
    expect(alike.finding).not.toContain('higher rates')
    const overloaded = judge([[20, 30], [90, 900]], [[20, 30], [20, 30]]) // prettier-ignore
    expect(overloaded.verdicts).toEqual(['contradicted'])
    expect(overloaded.finding).toContain('at higher rates Express is in time')
  })

  test('a p99 that is lower by the figure is right with a caveat, by another figure it is unsupported', () => {
    const express: [number, number][] = [[20, 40], [20, 40]] // prettier-ignore
    expect(judge([[20, 28], [20, 28]], express).verdicts).toEqual(['right-with-caveat']) // prettier-ignore
    expect(judge([[20, 35], [20, 35]], express).verdicts).toEqual(['unsupported']) // prettier-ignore
  })

  test('a lower p99 is no lead if Express is in time at higher rates', () => {
    const { verdicts, finding } = judge([[20, 28], [90, 900]], [[20, 40], [20, 40]]) // prettier-ignore
    expect(verdicts).toEqual(['unsupported'])
    expect(finding).toContain('At higher rates Express is in time')
  })

  test('without a rate that both answer in time, it is unsupported', () => {
    expect(judge([[20, 90]], [[20, 30]]).verdicts).toEqual(['unsupported'])
  })
})
