import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { LatencySample } from '../../../lab/http/record.ts'
import { drawAsync } from '../../../src/components/lab/http/async-charts.ts'
import { drawLatencies } from '../../../src/components/lab/http/latency-charts.ts'
import { choices, type Choice } from '../../../src/model/lab/stacks.ts'
import { costSamples, httpRecordOf } from './http-record.ts'

const rates = [250, 500, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000, 10_000]

/** Three rounds of a stack that answers up to `knee` in time. The generator is late from `late` on. */
const rounds = (stack: Choice, scene: 'post' | 'quote', knee: number, late = Infinity) =>
  [1, 2, 3].flatMap((round) =>
    rates
      .filter((rate) => rate <= Math.min(late, rates.find((one) => one > knee) ?? knee))
      .map((rate): LatencySample => {
        const base = (scene === 'quote' ? 20 : 0) + 0.2 + rate / 20_000
        const [p50, p99] = rate > knee ? [base + 70, 400 * round] : [base, base + 2 + round / 3]
        const rest = { p999: p99 * 2, max: p99 * 3, mean: p50, errors: 0 }
        return {
          ...{ stack, scene, round, rate, offered: rate, achieved: rate, p50, p99, ...rest },
          late: rate >= late ? 0.02 : 0,
        }
      }),
  )

const record = httpRecordOf({
  settings: { ...httpRecordOf({}).settings, rates },
  latency: (['post', 'quote'] as const).flatMap((scene) => [
    ...rounds('express', scene, 6_000),
    ...rounds('fastify', scene, 10_000),
    ...rounds('fastapi', scene, 3_000),
    ...rounds('axum', scene, 10_000, 8_000),
  ]),
  cost: choices.flatMap((stack, index) =>
    [1, 10, 100, 1_000].flatMap((connections) => {
      const generator = stack === 'axum' && connections === 1_000 ? 0.95 : 0.3
      const differing = { scene: 'quote', connections, generator } as const
      return costSamples(stack, new Array<number>(10).fill(50), differing).map((sample) => ({
        ...sample,
        requests:
          Math.min(connections * 140, 15_000 * (index + 1)) * (1 - (sample.round - 1) / 100),
      }))
    }),
  ),
})

/** The charts of the pages about latency and async, drawn from a record that never changes. */
const charts = {
  async: drawAsync(record),
  ...Object.fromEntries(
    (['post', 'quote'] as const).flatMap((scene) =>
      drawLatencies(record, scene).map((svg, index) => [`${scene}-${choices[index]}`, svg]),
    ),
  ),
}

describe.each(Object.entries(charts))('the chart %s', (name, svg) => {
  test('draws the same picture from the same record', async () => {
    // Look at the picture in a browser before you renew it with `npx vitest run --project unit -u`.
    await expect(svg).toMatchFileSnapshot(`pictures/${name}.svg`)
  })

  test('weighs less than 1.5 kB and states its finding', () => {
    expect(gzipSync(svg).length).toBeLessThan(1_500)
    expect(svg).toMatch(/ role="img" aria-label="[^"]*\d[^"]*\."/)
    expect(svg).not.toContain('style=')
  })
})

test('all panels of a scene have the same axes', () => {
  const axes = drawLatencies(record, 'post').map((svg) => /<g class="axis">.*?<\/g>/.exec(svg)?.[0])
  expect(new Set(axes).size).toBe(1)
})

test('only a panel whose generator was late has stripes', () => {
  const striped = drawLatencies(record, 'post').map((svg) => svg.includes('class="late"'))
  expect(striped).toEqual([false, false, false, true])
})

test('a chart without a single sample is drawn, too', () => {
  expect(drawLatencies(httpRecordOf({}), 'post')[0]).toContain('>unknown<')
})
