import { describe, expect, test } from 'vitest'
import { variantIds } from '../../../lab/cold-start/timings/record.ts'
import { drawPieceBars } from '../../../src/components/lab/charts/piece-bars.ts'
import { judgeColdStarts } from '../../../src/model/claims/judgments.ts'
import {
  answerColdStart,
  describeClaim,
  describeDropped,
  describeForms,
  startsOf,
  variantWords,
} from '../../../src/model/lab/cold-start.ts'
import { answerSize, runtimeBytes } from '../../../src/model/lab/size.ts'
import { timings as record } from './timings-record.ts'

describe('sentences about starts', () => {
  test('the answer orders the stacks by their median, and names the largest part of each', () => {
    expect(answerColdStart(record)).toBe(
      'With compiled files in memory, axum answers its first request after 5 ms (5–6), Express after 200 ms (180–220), FastAPI after 400 ms (360–440) and Fastify after 500 ms (450–550). The largest part is loading modules (60% on Express, 60% on FastAPI and 60% on Fastify). In parentheses: the fastest and the slowest of 15 starts.',
    )
  })

  test('parts that differ between stacks are named separately', () => {
    const samples = record.samples.map((sample) =>
      sample.variant.startsWith('fastify') && sample.pieces
        ? { ...sample, pieces: { ...sample.pieces, modules: 0, app: sample.answered * 0.75 } }
        : sample,
    )
    expect(answerColdStart({ ...record, samples })).toContain(
      'loading modules (60% on Express and 60% on FastAPI) and building the app (75% on Fastify).',
    )
  })

  test('a form that takes as long as another one is no improvement', () => {
    expect(describeForms(record, 'express')).toBe(
      'From TypeScript source, Express takes 1.50 (1.50–1.50) times as long as compiled; bundled into one file, as long (no difference found); with a compile cache for that file, 0.50 (0.50–0.50) times as long.',
    )
  })

  test('dropped files are compared with the same service in memory', () => {
    expect(describeDropped(record)).toContain('from 200 to 400 ms on Express')
  })

  test('the claim about Express is compared with FastAPI in both states of memory', () => {
    expect(describeClaim(record)).toContain(
      '2.00 (2.00–2.00) times as long as compiled Express with all files in memory, and 2.00 (2.00–2.00) times as long with',
    )
  })

  test('the pieces are those of the start with the median time', () => {
    expect(startsOf(record, 'express-compiled').pieces).toEqual([
      ['runtime', 40],
      ['modules', 120],
      ['app', 30],
      ['request', 10],
    ])
    expect(startsOf(record, 'axum').pieces).toBeUndefined()
  })
})

/** The record with FastAPI's times multiplied. */
const withFastapi = (factor: number) => ({
  ...record,
  samples: record.samples.map((sample) =>
    sample.variant === 'fastapi' ? { ...sample, answered: sample.answered * factor } : sample,
  ),
})

describe('the claim that Express often wins on cold starts', () => {
  test('is right with a caveat if Express starts first with its files in memory and without', () => {
    const { verdicts, finding, better } = judgeColdStarts(record)
    expect(verdicts).toEqual(['right-with-caveat'])
    expect(finding).toMatch(/^Here, Express answers before FastAPI/)
    expect(better).toContain('2.00 (2.00–2.00) times')
  })

  test('is contradicted if FastAPI starts first', () => {
    const { verdicts, finding } = judgeColdStarts(withFastapi(0.25))
    expect(verdicts).toEqual(['contradicted'])
    expect(finding).toMatch(/^Here, FastAPI answers before Express/)
  })

  test('is unsupported if no difference was found', () => {
    const { verdicts, finding, better } = judgeColdStarts(withFastapi(0.5))
    expect(verdicts).toEqual(['unsupported'])
    expect(finding).toMatch(/^Here, neither of Express and FastAPI is always first/)
    expect(better).toContain('no difference found')
  })
})

test('the answer about sizes counts files, bytes, runtimes and memory', () => {
  const sentence = answerSize(record)
  expect(sentence).toContain('1,500 files of 22.0 MB for Express')
  expect(sentence).toContain('one file of 22.0 MB for axum')
  expect(sentence).toContain('Node adds 120.0 MB and Python 50.0 MB')
  expect(sentence).toContain('88 (81–95) for Express')
})

test('only Rust needs no runtime, and every variant has a name', () => {
  expect(Object.keys(variantWords).sort()).toEqual([...variantIds].sort())
  expect(variantIds.filter((id) => runtimeBytes(record, id) === 0)).toEqual(['axum'])
  expect(runtimeBytes(record, 'fastapi-no-pyc')).toBe(50_000_000)
})

test('the pieces of a bar follow each other from 0, and their names are below it', () => {
  const pieces = [
    { name: 'runtime', value: 40 },
    { name: 'modules', value: 60 },
  ]
  const row = { name: 'Express', figure: '100 ms', pieces, rounds: [90, 100], mark: 120 }
  const svg = drawPieceBars('Express takes 100 ms.', [row], String)
  const bars = [...svg.matchAll(/<rect x="([\d.]+)%"[^>]*? width="([\d.]+)%"/g)].map(
    ([, x, width]) => [x, width].map(Number),
  )
  const [first, second] = bars
  expect(first?.[0]).toBe(0)
  expect(second?.[0]).toBeCloseTo(first?.[1] ?? 0, 0)
  expect((second?.[1] ?? 0) / (first?.[1] ?? 1)).toBeCloseTo(1.5, 1)
  expect(svg).toContain('runtime 40 · modules 60')
  expect(svg).toContain('aria-label="Express takes 100 ms."')
})
