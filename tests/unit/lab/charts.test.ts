import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { dots, linearAxis, logAxis } from '../../../src/components/lab/charts/parts.ts'
import { drawSizes, drawStarts } from '../../../src/components/lab/cold-start/start-charts.ts'
import { drawCosts, drawMemory } from '../../../src/components/lab/http/cost-chart.ts'
import { showStarts } from '../../../src/model/lab/cold-start.ts'
import { costSamples, httpRecordOf } from './http-record.ts'
import { timings } from './timings-record.ts'

const factors = [1, 0.97, 1.02, 0.99, 1.04, 1.01, 0.96, 1, 0.98, 1.03]

/** Ten rounds around a mean in µs, in another order for each mean. */
const rounds = (mean: number) =>
  factors.map((_, index) => mean * (factors[(index * 3 + mean) % factors.length] ?? 1))

const record = httpRecordOf({
  cost: [
    ...costSamples('express', rounds(62)),
    ...costSamples('fastify', rounds(33), { idleMiB: 92, loadedMiB: 215 }),
    ...costSamples('fastapi', rounds(190), { idleMiB: 54, loadedMiB: 71 }),
    ...costSamples('axum', rounds(12), { idleMiB: 3, loadedMiB: 8, generator: 0.95 }),
    ...costSamples('node', rounds(24)),
    ...costSamples('node-zod', rounds(34)),
    ...costSamples('axum-bare', rounds(9)),
    ...costSamples('express-node22', rounds(200)),
    ...costSamples('fastify-node22', rounds(36)),
  ],
})

/** The charts of the lab, drawn from records that never change. */
const charts = {
  'cost-choices': drawCosts(record, 'post', 'choices'),
  'cost-floors': drawCosts(record, 'post', 'floors'),
  'cost-upgrade': drawCosts(record, 'post', 'upgrade'),
  memory: drawMemory(record),
  'start-stacks': drawStarts(showStarts(timings, 'stacks')),
  'start-forms': drawStarts(showStarts(timings, 'forms')),
  sizes: drawSizes(timings),
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

test('a logarithmic axis has the same distance for the same ratio, and a tick at each end', () => {
  const { at, ticks } = logAxis([9, 200])
  expect(at(20) - at(10)).toBeCloseTo(at(200) - at(100))
  expect(ticks).toEqual([5, 10, 20, 50, 100, 200])
})

test('an axis for bars begins at 0', () => {
  const { at, ticks } = linearAxis(215)
  expect(at(0)).toBe(0)
  expect(ticks).toEqual([0, 50, 100, 150, 200, 250])
})

test('a chart has a dot for each round', () => {
  expect(dots(linearAxis(10), [1, 2, 3]).match(/<circle /g)).toHaveLength(3)
})
