import { expect, test } from 'vitest'
import { describeCrossCheck, summarizeCrossCheck } from '../../../src/model/lab/cross-check.ts'

const sample = (generator: 'open-loop' | 'vegeta', round: number, p50: number, p99: number) => ({
  ...{ generator, stack: 'express', rate: 250, round },
  ...{ p50, p99, mean: p50, max: p99 },
})

const samples = [
  ...[
    sample('open-loop', 1, 0.2, 2),
    sample('open-loop', 2, 0.3, 2.5),
    sample('open-loop', 3, 0.4, 9),
  ],
  ...[sample('vegeta', 1, 0.5, 3), sample('vegeta', 2, 0.4, 4), sample('vegeta', 3, 0.6, 2)],
]

test('each generator has a row with the median and the range of its rounds', () => {
  const rows = summarizeCrossCheck({ samples })
  expect(rows.map(({ generator, p99 }) => [generator, p99])).toEqual([
    ['open-loop', { median: 2.5, lowest: 2, highest: 9 }],
    ['vegeta', { median: 3, lowest: 2, highest: 4 }],
  ])
})

test('the sentence names the largest difference between the medians', () => {
  const faster = samples.map((it) => ({ ...it, rate: 1_000, p50: 0.1, p99: 1 }))
  expect(describeCrossCheck({ samples: [...samples, ...faster] })).toBe(
    'The medians of both differ by at most 0.20 ms in p50 and 0.50 ms in p99.',
  )
})
