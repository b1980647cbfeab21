import { describe, expect, test } from 'vitest'
import {
  estimate,
  inputs,
  parseInput,
  rank,
  sweep,
  type CoreFigures,
  type Inputs,
} from '../../../src/model/lab/capacity.ts'
import {
  cellsOf,
  describeFloor,
  describeOrder,
  describeSweeps,
  explainInput,
} from '../../../src/model/lab/capacity-words.ts'

/** Without headroom, 1,000 hours of one core cost 10 and a month of it 7.30. */
const load: Inputs = { rate: 10_000, p99: 50, price: 0.01, headroom: 0 }

/** Its CPU time allows 5,000 to 10,000 requests per second. Past 4,000, the service falls behind. */
const slow: CoreFigures = {
  name: 'slow',
  micros: [100, 200],
  rounds: [
    [
      [1_000, 2],
      [2_000, 5],
      [4_000, 20],
      [8_000, null],
    ],
    [
      [1_000, 3],
      [2_000, 30],
      [4_000, 90],
    ],
  ],
}

/** Its CPU time allows 50,000 to 100,000 requests per second. The generator sent no more than 8,000. */
const fast: CoreFigures = {
  name: 'fast',
  micros: [10, 20],
  rounds: [
    [
      [1_000, 1],
      [8_000, 2],
    ],
    [[1_000, 1]],
  ],
}

/** Exactly 1,000 requests per second and core at any limit from 1 ms. */
const exact: CoreFigures = {
  name: 'exact',
  micros: [1_000, 1_000],
  rounds: [[[1_000, 1]]],
}

const estimateCores = (figures: CoreFigures, given: Partial<Inputs> = {}) =>
  estimate(figures, { ...load, ...given })?.cores

describe('estimate', () => {
  test('the cores of a stack that missed the limit go from the rate that missed it in the best round to the rate that met it in the worst', () => {
    // Best round: met at 4,000 and missed at 8,000. Worst round: met at 2,000 and missed at 4,000.
    expect(estimate(slow, load)).toMatchObject({ core: [2_000, 8_000], cores: [2, 5] })
  })

  test('a stack needs more cores when its CPU time allows less than the latencies do', () => {
    expect(estimateCores(slow, { headroom: 80 })).toEqual([5, 10])
  })

  test('a rate at which the service fell behind meets no limit', () => {
    const behind = {
      ...exact,
      rounds: [
        [
          [500, 1],
          [1_000, null],
        ] as const,
      ],
    }
    expect(estimate(behind, { ...load, p99: 1_000 })?.core).toEqual([500, 1_000])
  })

  test('money is cores for 730 hours at the price, for the fewest cores and the most', () => {
    expect(estimate(slow, load)?.money).toEqual([2 * 730 * 0.01, 5 * 730 * 0.01])
  })

  test('the fewest cores of a stack that the generator could not load are a bound from its CPU time, and the most are those at the highest rate that was seen', () => {
    const result = estimate(fast, { ...load, rate: 200_000 })
    expect(result).toMatchObject({ core: [8_000, 100_000], cores: [2, 25], isOpen: true })
  })

  test('a stack is not bounded by the generator when the headroom keeps its cores below the highest rate that was seen', () => {
    expect(estimate(fast, { ...load, headroom: 92 })).toMatchObject({
      core: [4_000, 8_000],
      isOpen: false,
    })
  })

  test('one round that met no limit leaves the most cores open, and no round that met it leaves all unknown', () => {
    expect(estimateCores(slow, { p99: 2 })).toEqual([5, Infinity])
    expect(estimateCores(slow, { p99: 1 })).toBeUndefined()
    expect(estimateCores({ ...exact, rounds: [] })).toBeUndefined()
  })

  test('a load needs whole cores, one at least, and no more than it fills', () => {
    expect(estimateCores(exact, { rate: 0 })).toEqual([1, 1])
    expect(estimateCores(exact, { rate: 1_000 })).toEqual([1, 1])
    expect(estimateCores(exact, { rate: 1_001 })).toEqual([2, 2])
    expect(estimateCores(exact, { rate: 1e9 })).toEqual([1e6, 1e6])
    // In floating point, 1 − 0.9 is less than 0.1.
    expect(estimateCores(exact, { rate: 100, headroom: 90 })).toEqual([1, 1])
  })
})

describe('inputs', () => {
  test.each(['', ' ', 'many', '2,000', '0', '-5', '1000001', 'Infinity', 'NaN'])(
    'the rate "%s" is rejected',
    (text) => {
      expect(parseInput('rate', text)).toBeUndefined()
    },
  )

  test('a headroom of 100% is rejected, because no core would be left', () => {
    expect(parseInput('headroom', '100')).toBeUndefined()
    expect(parseInput('headroom', '0')).toBe(0)
    expect(parseInput('headroom', '12.5')).toBe(12.5)
  })

  test('every default is within its limits', () => {
    for (const name of ['rate', 'p99', 'price', 'headroom'] as const) {
      expect(parseInput(name, String(inputs[name].initial))).toBe(inputs[name].initial)
    }
  })

  test('a rejected input says its limits and an example', () => {
    expect(explainInput('rate')).toBe(
      'Requests per second: enter a number from 1 to 1,000,000, only digits and a decimal point, such as 2000.',
    )
  })
})

describe('order', () => {
  /** A stack of which one core serves this many requests per second. */
  const serving = (name: string, lowest: number, highest = lowest): CoreFigures => ({
    name,
    micros: [1e6 / highest, 1e6 / lowest],
    rounds: [[[1e6, 1]]],
  })
  const many: Inputs = { ...load, rate: 100_000 }
  const describeAll = (figures: readonly CoreFigures[], given = many) =>
    describeOrder(
      figures,
      figures.flatMap((one) => estimate(one, given) ?? []),
    )

  test('stacks are ordered by cost, and those whose ranges overlap form a group', () => {
    const stacks = [serving('a', 900, 1_100), serving('b', 5_000), serving('c', 1_000, 1_200)]
    const estimates = stacks.flatMap((one) => estimate(one, many) ?? [])
    expect(rank(estimates).map((group) => group.map(({ name }) => name))).toEqual([
      ['b'],
      ['c', 'a'],
    ])
    expect(describeAll(stacks)).toBe('Cheapest first: b, then c and a (their ranges overlap).')
  })

  test('stacks that need the same cores cost the same', () => {
    const stacks = [serving('a', 1_000), serving('b', 9_000)]
    expect(describeAll(stacks, { ...load, rate: 500 })).toBe(
      'a and b cost the same: one core each, 7.30 a month.',
    )
  })

  test('stacks whose ranges overlap show no difference', () => {
    expect(describeAll([serving('a', 900, 1_100), serving('b', 1_000)])).toBe(
      'The ranges of a and b overlap, so their order is unknown.',
    )
  })

  test('a stack that missed the limit is unknown, not free', () => {
    const missing = { ...serving('b', 9_000), rounds: [] }
    expect(describeAll([serving('a', 1_000), missing])).toBe(
      'Known only for a. Unknown for b: no rate that we measured meets the limit.',
    )
    expect(describeAll([missing])).toBe('Unknown for b: no rate that we measured meets the limit.')
    expect(cellsOf(undefined)).toEqual(['unknown', 'unknown', 'unknown'])
  })

  test('one core is enough for every stack up to the rate that the slowest core surely serves', () => {
    const estimates = [serving('a', 900.5, 2_000), serving('b', 5_000)].flatMap(
      (one) => estimate(one, many) ?? [],
    )
    expect(describeFloor(estimates)).toBe(
      'Up to 900 requests per second, one core is enough for a and b, so they cost the same.',
    )
    expect(describeFloor([])).toBe('')
  })

  /** Slower on the CPU than `busy`, with a better p99. */
  const calm: CoreFigures = { name: 'calm', micros: [1_000, 1_000], rounds: [[[1_000, 1]]] }
  const busy: CoreFigures = {
    name: 'busy',
    micros: [100, 100],
    rounds: [
      [
        [100, 1],
        [200, 20],
        [10_000, 20],
      ],
    ],
  }

  test('an input changes the order where one stack costs less below a value and more above it', () => {
    const { swaps } = sweep([calm, busy], many, 'p99')
    expect(swaps).toEqual([{ cheaper: 'calm', dearer: 'busy', until: 15, from: 20 }])
    for (const name of ['rate', 'price', 'headroom'] as const) {
      expect(sweep([calm, busy], many, name).swaps).toEqual([])
    }
    const { summary, lines } = describeSweeps([calm, busy], many)
    expect(summary).toBe('Stacks change places with: p99 limit.')
    expect(lines[1]).toBe('calm costs less than busy at 15 ms, and more at 20 ms.')
  })

  test('stacks change places after a headroom of 0%', () => {
    const kneed: CoreFigures = {
      name: 'kneed',
      micros: [100, 100],
      rounds: [
        [
          [950, 1],
          [960, 90],
        ],
      ],
    }
    expect(sweep([calm, kneed], many, 'headroom').swaps).toEqual([
      { cheaper: 'calm', dearer: 'kneed', until: 0, from: 10 },
    ])
  })

  test('an input that changes no order says from which value on a stack costs more', () => {
    const stacks = [serving('a', 1_000), serving('b', 10_000)]
    const { summary, lines } = describeSweeps(stacks, { ...many, rate: 500 })
    expect(summary).toBe('No input makes two stacks change places.')
    expect(lines).toEqual([
      'a costs more than another from 1,500 on.',
      'No stack costs more than another.',
      'No stack costs more than another.',
      'a costs more than another from 55% on.',
    ])
  })

  test('the values of an input at which stacks differ may have gaps or an end', () => {
    const { lines: withGaps } = describeSweeps([serving('a', 1_000), serving('b', 1_500)], load)
    expect(withGaps[0]).toBe('a costs more than another at some values from 1,500 on.')
    expect(withGaps[2]).toBe('a costs more than another everywhere.')
    const late: CoreFigures = {
      name: 'late',
      micros: [1_000, 1_000],
      rounds: [
        [
          [100, 1],
          [200, 20],
          [1_000, 20],
        ],
      ],
    }
    const { lines: withEnd } = describeSweeps([calm, late], many)
    expect(withEnd[1]).toBe('late costs more than another up to 15 ms.')
  })
})

test('a range is shown as one value, two values, or two bounds', () => {
  const cells = (figures: CoreFigures, given: Partial<Inputs> = {}) =>
    cellsOf(estimate(figures, { ...load, ...given }))
  expect(cells(exact, { rate: 1_000 })).toEqual(['1,000', '1', '7.30'])
  expect(cells(slow)).toEqual(['2,000–8,000', '2–5', '14.60–36.50'])
  expect(cells(fast, { rate: 200_000 })).toEqual([
    '8,000–100,000',
    'at least 2<br /><small>at most 25</small>',
    'at least 14.60<br /><small>at most 183</small>',
  ])
  expect(cells(slow, { p99: 2 }).slice(1)).toEqual(['at least 5', 'at least 36.50'])
})
