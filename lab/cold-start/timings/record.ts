/** What is recorded about starts: every sample, and what is deployed. */
import * as z from 'zod'
import {
  Hash,
  hashInputs,
  Machine,
  measurement,
  recordFile,
  spread,
  Versions,
} from '../../record.ts'
import { compareRounds, type Ratio } from '../../http/statistics.ts'

/** What is measured. A stack without a form has only one. */
export const variantIds = [
  'node',
  'express-source',
  'express-compiled',
  'express-bundled',
  'express-cached',
  'fastify-source',
  'fastify-compiled',
  'fastify-bundled',
  'fastify-cached',
  'fastapi',
  'fastapi-no-pyc',
  'axum',
] as const

export type VariantId = (typeof variantIds)[number]

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const MiB = z.number().nonnegative()

/** Whether the files of the service were in memory before the start, or were dropped from it. */
export const pageStates = ['cached', 'dropped'] as const
export type PageState = (typeof pageStates)[number]

/** One start: the time from spawning the process to the answer of `GET /health` with 200, and what it is made of. */
const Sample = z.strictObject({
  round: z.int().positive(),
  variant: z.enum(variantIds),
  pages: z.enum(pageStates),
  answered: ms,
  /** Their sum is `answered`. Missing for a program without a runtime and modules. */
  pieces: z
    .strictObject({
      /** From spawning to the first code of the service. */
      runtime: ms,
      /** Finding, reading, compiling and running all modules. */
      modules: ms,
      /** From there until the service listens. */
      app: ms,
      /** From there to the first answer. */
      request: ms,
    })
    .optional(),
  /** Memory after the first answer. PSS counts a page that processes share in equal parts. */
  rssMiB: MiB,
  pssMiB: MiB,
  /** CPU time on the core of the service of other processes and of other machines. The kernel counts in ticks, so it may be negative. */
  foreign: z.number(),
  steal: ms,
})
export type Sample = z.infer<typeof Sample>

/** What is deployed besides the runtime. */
const Deployed = z.strictObject({
  files: z.int().positive(),
  bytes: z.int().positive(),
  /** In the lockfile, without those for development. */
  packages: count,
})
export type Deployed = z.infer<typeof Deployed>

const TimingsRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  machine: Machine.extend({ system: z.string() }),
  versions: Versions.extend({ python: z.string(), rust: z.string() }),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  hash: Hash,
  /** The hash of each example's published form, by its ID. */
  examples: z.record(z.string(), Hash),
  build: z.enum(['release', 'debug']),
  /** The result of the HTTP contract's quick checks for each variant of an example, run on the very files that were measured. */
  contract: z.partialRecord(
    z.enum(variantIds),
    z.strictObject({ passed: count, total: z.int().positive() }),
  ),
  settings: z.strictObject({ rounds: z.int().positive() }),
  /** Samples of rounds that failed a gate and were run again. */
  repeated: count,
  deployed: z.record(z.enum(variantIds), Deployed),
  /** Bytes of the runtimes: the program "node"; the interpreter and its standard library without their tests. */
  runtimes: z.strictObject({ node: z.int().positive(), python: z.int().positive() }),
  samples: z.array(Sample).min(1),
})
export type TimingsRecord = z.infer<typeof TimingsRecord>

export const timingsRecord = recordFile('lab/cold-start/timings.json', TimingsRecord)

/** The files that decide what is measured, besides the examples and the settings, which are recorded. */
export const inputs = [
  'lab/cold-start/timings/{bundle,gates,marks,page-cache,run,start,variants}.ts',
  'lab/cold-start/timings/drop.py',
  'lab/http/{cpu,gates}.ts',
  'lab/http/floors/node.mjs',
]

/** Hashes the files that decide the results, besides the examples. */
export const inputHash = (root?: string) => hashInputs(inputs, root)

/** The starts of one variant. */
export const samplesOf = (samples: readonly Sample[], variant: VariantId, pages: PageState) =>
  samples.filter((sample) => sample.variant === variant && sample.pages === pages)

/** The times of a variant to its first answer, in ms, and the start that has the median time, whose pieces add up to it. */
export function summarizeStarts(samples: readonly Sample[], variant: VariantId, pages: PageState) {
  const starts = samplesOf(samples, variant, pages)
  const times = spread(starts.map(({ answered }) => answered))
  return { ...times, middle: starts.find(({ answered }) => answered === times.median) }
}

/** How many times as long one variant takes as another. Above 1, it starts later. */
export function compareStarts(
  samples: readonly Sample[],
  variant: VariantId,
  base: VariantId,
  pages: PageState,
): Ratio {
  const bases = new Map(
    samplesOf(samples, base, pages).map(({ round, answered }) => [round, answered]),
  )
  return compareRounds(
    samplesOf(samples, variant, pages).flatMap(({ round, answered }) => {
      const other = bases.get(round)
      return other === undefined ? [] : [[answered, other] as const]
    }),
  )
}
