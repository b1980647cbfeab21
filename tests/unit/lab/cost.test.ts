import { describe, expect, test } from 'vitest'
import {
  answerCost,
  compareWithExpress,
  costsOf,
  countSavings,
  describeBusy,
  describeChoice,
  describeFloors,
  describeLogs,
  describeSavings,
  describeStack,
  describeUpgrade,
  memoryOf,
} from '../../../src/model/lab/cost.ts'
import { toCsv } from '../../../src/model/lab/csv.ts'
import { listChanges } from '../../../src/model/lab/http.ts'
import { costSamples, httpRecordOf } from './http-record.ts'

/** The same cost in three rounds that differ by 1%. */
const near = (micros: number) => [micros, micros * 1.01, micros * 0.99]

const record = httpRecordOf({
  cost: [
    ...costSamples('express', near(60)),
    ...costSamples('fastify', near(30)),
    ...costSamples('fastapi', near(180)),
    ...costSamples('axum', near(10), { generator: 0.95 }),
    ...costSamples('node', near(20)),
    ...costSamples('node-zod', near(61)),
    ...costSamples('axum-bare', near(8)),
    ...costSamples('express-node22', near(180)),
    ...costSamples('fastify-node22', near(30.5)),
    ...costSamples('express', near(90), { logs: true }),
    ...costSamples('fastify', near(30), { logs: true }),
  ],
})

/** The record with other samples for one stack. */
const withCost = (stack: 'fastify' | 'axum' | 'fastapi', micros: number) =>
  httpRecordOf({
    cost: [
      ...record.cost.filter((sample) => sample.stack !== stack),
      ...costSamples(stack, near(micros)),
    ],
  })

describe('the cost of a request', () => {
  test('the cost has every round, and the ratio to Express is that of each round', () => {
    const [express, fastify] = costsOf(record, 'post')
    expect(express).toMatchObject({ stack: 'express', rounds: near(60), perExpress: undefined })
    expect(express?.micros.ratio).toBeCloseTo(60, 1)
    expect(fastify?.perExpress).toEqual({
      ratio: expect.closeTo(2) as number,
      low: expect.closeTo(2) as number,
      high: expect.closeTo(2) as number,
    })
  })

  test('the throughput of a stack whose generator was the limit is unknown, and its cost is not', () => {
    const [express, , , axum] = costsOf(record, 'post')
    expect(express?.perCoreSecond).toBeCloseTo(1e6 / 60, -2)
    expect(axum?.perCoreSecond).toBeUndefined()
    expect(axum?.micros.ratio).toBeCloseTo(10, 1)
  })

  test('a stack without samples of a load is left out', () => {
    expect(costsOf(record, 'logged').map(({ stack }) => stack)).toEqual(['express', 'fastify'])
    expect(costsOf(record, 'get')).toEqual([])
    expect(compareWithExpress(record, 'get')).toBe('What a GET by ID costs was not measured.')
  })

  test('memory is that of the load, idle and after it', () => {
    const cost = [
      ...costSamples('express', [60], { idleMiB: 80, loadedMiB: 200 }),
      ...costSamples('express', [60], { idleMiB: 90, loadedMiB: 210 }),
      ...costSamples('express', [60], { idleMiB: 1, loadedMiB: 1, logs: true }),
    ]
    expect(memoryOf(httpRecordOf({ cost }), 'express')).toEqual({
      stack: 'express',
      idle: { median: 90, lowest: 80, highest: 90 },
      loaded: { median: 210, lowest: 200, highest: 210 },
    })
  })
})

describe('sentences', () => {
  test('the answer names cheaper and dearer stacks with their intervals', () => {
    expect(answerCost(record)).toBe(
      'In the CPU time of one validated POST on Express, 60.0 µs, axum answers 6.00 (95% interval 6.00–6.00) and Fastify 2.00 (2.00–2.00); one on FastAPI takes 3.00 (3.00–3.00) times as much.',
    )
  })

  test('the answer says so where no difference was found, and for each order of the stacks', () => {
    expect(answerCost(withCost('fastify', 61))).toContain(
      'axum answers 6.00 (95% interval 6.00–6.00); one on FastAPI takes 3.00 (3.00–3.00) times as much; we found no difference between Express and Fastify.',
    )
    const slow = httpRecordOf({
      cost: [
        ...record.cost.filter(({ stack }) => stack !== 'axum'),
        ...costSamples('axum', near(120)),
      ],
    })
    expect(answerCost(slow)).toContain(
      'Fastify answers 2.00 (95% interval 2.00–2.00); one on axum takes 2.00 (2.00–2.00) times as much and on FastAPI 3.00 (3.00–3.00) times.',
    )
  })

  test('a stack is compared with others in the direction of the difference', () => {
    expect(describeStack(record, 'fastapi', ['express'])).toBe(
      'A validated POST takes 180 µs (95% interval 178–182) of CPU time on FastAPI; FastAPI takes 3.00 (3.00–3.00) times the CPU time of Express.',
    )
    expect(describeStack(record, 'express', ['node-zod', 'fastapi'])).toContain(
      'on Express; we found no difference between Express and node:http + Zod; FastAPI takes 3.00 (3.00–3.00) times the CPU time of Express.',
    )
  })

  test('the framework’s share is its cost as a multiple of the program without it', () => {
    expect(describeFloors(record)).toBe(
      'For a validated POST, Express takes 3.00 (95% interval 3.00–3.00) times the CPU time of plain node:http; we found no difference between Express and node:http + Zod; axum takes 1.25 (1.25–1.25) times the CPU time of bare axum.',
    )
  })

  test('an upgrade of Node is compared in the direction of the difference', () => {
    expect(describeUpgrade(record, 'express')).toBe(
      'A validated POST on Express takes 3.00 (95% interval 3.00–3.00) times as much CPU time on Node 22 as on Node 24.',
    )
    expect(describeUpgrade(record, 'fastify')).toBe(
      'For Fastify, we found no difference between Node 22 and Node 24.',
    )
    expect(describeUpgrade(withCost('fastify', 61), 'fastify')).toContain(
      'on Node 24 as on Node 22',
    )
  })

  test('the log is compared with the same stack without it', () => {
    expect(describeLogs(record)).toBe(
      'With its log line, a validated POST takes this many times the CPU time without: 1.50 (95% interval 1.50–1.50) on Express and no difference found on Fastify.',
    )
  })

  test('a rate keeps a core busy for the CPU time of its requests', () => {
    expect(describeBusy(record, 1_000)).toBe(
      '1000 validated POSTs per second keep one core busy for this share of the time: Express 6.0%, Fastify 3.0%, FastAPI 18% and axum 1.0%.',
    )
  })

  test('the choice follows from the record, whichever stack is cheaper', () => {
    expect(describeChoice(record)).toBe(
      'In TypeScript, Fastify is the cheaper one: Express takes 2.00 (95% interval 2.00–2.00) times the CPU time of Fastify. For Python, FastAPI takes 6.00 (6.00–6.00) times the CPU time of Fastify. For Rust, Fastify takes 3.00 (3.00–3.00) times the CPU time of axum.',
    )
    expect(describeChoice(withCost('fastify', 120))).toMatch(
      /^In TypeScript, Express is the cheaper/,
    )
    expect(describeChoice(withCost('fastify', 60))).toMatch(/we found no difference between/)
  })

  test('savings on axum are shares of the CPU time of each other stack', () => {
    expect(describeSavings(record)).toBe(
      'For a validated POST, axum takes 83% (95% interval 83–83%) less CPU time than Express, 67% (67–67%) less than Fastify and 94% (94–94%) less than FastAPI.',
    )
    expect(describeSavings(withCost('axum', 60))).toBe(
      'For a validated POST, axum takes 100% (95% interval 100–100%) more CPU time than Fastify and 67% (67–67%) less than FastAPI; we found no difference to Express.',
    )
    expect(countSavings(record, 0.5)).toBe('all')
    expect(countSavings(withCost('axum', 20), 0.5)).toBe('some')
    expect(countSavings(withCost('axum', 100), 0.5)).toBe('none')
  })
})

test('a record is stale when what decides the results, or an example, has another hash', () => {
  const inputs = { hash: 'a', examples: { express: 'b', axum: 'c' } }
  expect(listChanges(inputs, inputs)).toEqual([])
  expect(listChanges(inputs, { ...inputs, hash: 'x' })).toEqual(['the measurement'])
  expect(listChanges(inputs, { hash: 'x', examples: { express: 'b', axum: 'x' } })).toEqual([
    'the measurement',
    'the example axum',
  ])
})

test('samples become lines of CSV with the names of their fields', () => {
  expect(toCsv([{ stack: 'axum', logs: false, cpuTime: 1.5 }])).toBe(
    'stack,logs,cpuTime\r\naxum,false,1.5\r\n',
  )
})
