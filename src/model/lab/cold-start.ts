import {
  compareStarts,
  inputHash,
  samplesOf,
  summarizeStarts,
  timingsRecord,
  type Sample,
  type TimingsRecord,
  type VariantId,
} from '../../../lab/cold-start/timings/record.ts'
import { isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import type { Spread } from '../../../lab/record.ts'
import { readExample } from '../examples/example.ts'
import { PlacedError } from '../placed-error.ts'
import { formatRatio, joinWords, listChanges } from './http.ts'
import { nameOf, type Choice } from './stacks.ts'

/**
 * Reads the record of start times.
 *
 * @param at the page and line that refer to it
 * @throws PlacedError if nothing was recorded
 */
export function readTimings(at = 'lab/cold-start'): TimingsRecord {
  const record = timingsRecord.read()
  if (record) return record
  const fix = 'Run "npm run lab -- cold-start --timings --record".'
  throw new PlacedError({ file: at }, `there is no ${timingsRecord.path}`, fix)
}

/** What has changed since the start times were recorded, in words. Empty for a record that is up to date. */
export function listTimingChanges(record: TimingsRecord): string[] {
  const ids = Object.keys(record.examples)
  const examples = Object.fromEntries(ids.map((id) => [id, readExample(id).hash]))
  return listChanges(record, { hash: inputHash(), examples })
}

/** A stack in one of the forms in which you can deploy it. */
export interface VariantWords {
  readonly stack: Choice | 'node'
  /** The form, in a few words. */
  readonly form: string
}

/** Every variant, in the order of every table and chart. */
export const variantWords: Readonly<Record<VariantId, VariantWords>> = {
  'express-source': { stack: 'express', form: 'TypeScript source' },
  'express-compiled': { stack: 'express', form: 'compiled' },
  'express-bundled': { stack: 'express', form: 'bundled' },
  'express-cached': { stack: 'express', form: 'bundled, compile cache' },
  'fastify-source': { stack: 'fastify', form: 'TypeScript source' },
  'fastify-compiled': { stack: 'fastify', form: 'compiled' },
  'fastify-bundled': { stack: 'fastify', form: 'bundled' },
  'fastify-cached': { stack: 'fastify', form: 'bundled, compile cache' },
  fastapi: { stack: 'fastapi', form: 'with .pyc' },
  'fastapi-no-pyc': { stack: 'fastapi', form: 'without .pyc' },
  axum: { stack: 'axum', form: 'release build' },
  node: { stack: 'node', form: 'one .js file' },
}

/** Every variant, in this order. */
export const allVariants = Object.keys(variantWords) as VariantId[]

/** The variant of each stack that you get without a further tool. */
export const plainVariants = {
  express: 'express-compiled',
  fastify: 'fastify-compiled',
  fastapi: 'fastapi',
  axum: 'axum',
} as const satisfies Record<Choice, VariantId>

/** The name of a variant: "Express, compiled". */
export function variantName(variant: VariantId): string {
  const { stack, form } = variantWords[variant]
  return `${nameOf(stack)}, ${form}`
}

type Piece = keyof NonNullable<Sample['pieces']>

/** The pieces of a start in their order: what happens in each. */
export const pieceActions: Readonly<Record<Piece, string>> = {
  runtime: 'starting the runtime',
  modules: 'loading modules',
  app: 'building the app',
  request: 'answering for the first time',
}

/** The starts of a variant: its times with its files in memory and dropped from it, and the pieces of the median one. In ms. */
export function startsOf({ samples }: Pick<TimingsRecord, 'samples'>, variant: VariantId) {
  const [cached, dropped] = (['cached', 'dropped'] as const).map((pages) =>
    summarizeStarts(samples, variant, pages),
  ) as [Summary, Summary]
  const pieces = cached.middle?.pieces
  return {
    variant,
    cached,
    dropped,
    rounds: samplesOf(samples, variant, 'cached').map(({ answered }) => answered),
    /** A program without a runtime and modules has none. */
    pieces: pieces && (Object.entries(pieces) as [Piece, number][]),
  }
}

type Summary = ReturnType<typeof summarizeStarts>

/** A time with its fastest and slowest round: "162 ms (151–180)". */
export function formatStart({ median, lowest, highest }: Spread): string {
  const [middle, low, high] = [median, lowest, highest].map((time) => time.toFixed(0))
  return `${middle} ms (${low}–${high})`
}

/** The answer to "What is a cold start made of?" */
export function answerColdStart(record: TimingsRecord): string {
  const starts = Object.entries(plainVariants)
    .map(([stack, variant]) => ({ name: nameOf(stack as Choice), ...startsOf(record, variant) }))
    .sort((one, other) => one.cached.median - other.cached.median)
  const times = starts.map(
    ({ name, cached }, index) =>
      `${name}${index === 0 ? ' answers its first request' : ''} after ${formatStart(cached)}`,
  )
  return `With compiled files in memory, ${joinWords(times)}. ${describeLargest(starts)} In parentheses: the fastest and the slowest of ${record.settings.rounds} starts.`
}

/** Says which piece takes longest in the median start of each stack, with its share. */
function describeLargest(
  starts: readonly (Pick<ReturnType<typeof startsOf>, 'cached' | 'pieces'> & { name: string })[],
): string {
  const largest = starts.flatMap(({ name, cached, pieces = [] }) => {
    const [first] = pieces.toSorted(([, a], [, b]) => b - a)
    if (!first) return []
    const [piece, time] = first
    return { piece, text: `${Math.round((100 * time) / cached.median)}% on ${name}` }
  })
  const groups = [...Map.groupBy(largest, ({ piece }) => piece)].map(
    ([piece, group]) => `${pieceActions[piece]} (${joinWords(group.map(({ text }) => text))})`,
  )
  return `The largest part is ${joinWords(groups)}.`
}

/** What a chart and its table show. */
export type StartsShown = ReturnType<typeof showStarts>

/**
 * The starts that a chart and its table show.
 *
 * @param of every stack as it is usually deployed and Node alone, or the forms in which the stacks can be deployed
 */
export function showStarts(record: TimingsRecord, of: 'stacks' | 'forms') {
  const isOfForms = of === 'forms'
  const variants: readonly VariantId[] = isOfForms
    ? allVariants.filter((variant) => variant !== 'axum' && variant !== 'node')
    : [...Object.values(plainVariants), 'node']
  return {
    title: isOfForms ? 'The same services in different forms' : 'From start to first response',
    finding: isOfForms
      ? `${describeForms(record, 'express')} ${describeForms(record, 'fastify')} ${describeBytecode(record)}`
      : answerColdStart(record),
    rows: variants.map((variant) => {
      const starts = startsOf(record, variant)
      const { cached, dropped, pieces = [['in all', cached.median]] } = starts
      return {
        ...starts,
        name: variantName(variant),
        // Without its bytecode, Python takes so long that it would shorten all other bars.
        isCharted: !isOfForms || variantWords[variant].stack !== 'fastapi',
        figure: formatStart(cached),
        mark: dropped.median,
        pieces: pieces.map(([name, value]) => ({ name, value })),
      }
    }),
  }
}

/** How long the forms of a Node stack take next to the compiled one. */
export function describeForms(record: TimingsRecord, stack: 'express' | 'fastify'): string {
  const ratioOf = (form: 'source' | 'bundled' | 'cached') =>
    compareStarts(record.samples, `${stack}-${form}`, `${stack}-compiled`, 'cached')
  const [source, bundled, cached] = [ratioOf('source'), ratioOf('bundled'), ratioOf('cached')]
  return `From TypeScript source, ${nameOf(stack)} takes ${asLong(source)} as compiled; bundled into one file, ${asLong(bundled)}; with a compile cache for that file, ${asLong(cached)}.`
}

/** How much longer Python takes without its bytecode. */
export function describeBytecode({ samples }: TimingsRecord): string {
  const ratio = compareStarts(samples, 'fastapi-no-pyc', 'fastapi', 'cached')
  return `Without its .pyc files, FastAPI takes ${asLong(ratio)}.`
}

/** What dropping the files from memory adds to the stacks. */
export function describeDropped(record: TimingsRecord): string {
  const parts = Object.entries(plainVariants).map(([stack, variant]) => {
    const [cached, dropped] = (['cached', 'dropped'] as const).map(
      (pages) => summarizeStarts(record.samples, variant, pages).median,
    )
    return `from ${cached?.toFixed(0)} to ${dropped?.toFixed(0)} ms on ${nameOf(stack as Choice)}`
  })
  return `With the files of the service dropped from memory, as after a deployment, the median start goes ${joinWords(parts)}.`
}

/** How many times as long as Express FastAPI takes, in both states of the page cache. */
export const claimRatios = ({ samples }: Pick<TimingsRecord, 'samples'>) =>
  (['cached', 'dropped'] as const).map((pages) => ({
    pages,
    ratio: compareStarts(samples, plainVariants.fastapi, plainVariants.express, pages),
  }))

/** Our figures about Express's cold starts next to those of FastAPI. */
export function describeClaim(record: TimingsRecord): string {
  const [cached, dropped] = claimRatios(record).map(({ ratio }) => asLong(ratio))
  return `Until it answers, FastAPI takes ${cached} as compiled Express with all files in memory, and ${dropped} with the files of the service dropped from it.`
}

const asLong = (ratio: Ratio): string =>
  isUndecided(ratio) ? 'as long (no difference found)' : `${formatRatio(ratio)} times as long`
