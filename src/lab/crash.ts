import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { CrashRecord } from '../../lab/crash/record.ts'
import { sha256 } from '../model/examples/hash.ts'

/** Where the run is recorded, relative to the repository. */
export const recordPath = 'lab/crash/record.json'

/** The files that decide the result: the laboratory, and the bus without its own tests. */
const inputs = ['lab/crash/*.ts', 'examples/lean-bus/src/**/*.ts']

const Count = z.int().nonnegative()
const Size = z.int().nonnegative()

const Recovery = z.strictObject({
  path: z.string(),
  syncedSize: Size,
  writtenSize: Size,
  keptSize: Size,
  flipped: z.array(Size),
  zeroed: z.array(z.tuple([Size, Size])),
  batches: z
    .array(
      z.strictObject({
        offset: Count,
        count: z.int().positive(),
        at: Size,
        length: z.int().positive(),
        durable: Count,
      }),
    )
    .nonempty(),
  recoveredSize: Size,
  warning: z.string(),
})

const Record = z.strictObject({
  schema: z.literal(1),
  date: z.iso.date(),
  command: z.string().startsWith('npm run crash -- '),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int().positive(),
    memoryGiB: z.int().positive(),
  }),
  versions: z.strictObject({ node: z.string() }),
  seconds: z.int().positive(),
  seed: Count,
  rounds: z.int().positive(),
  acknowledged: z.int().positive(),
  // A run that broke a promise, or proves nothing, is no record.
  lost: z.literal(0),
  reordered: z.literal(0),
  duplicated: z.literal(0),
  controlLost: z.int().positive(),
  flips: z.strictObject({
    tried: z.int().positive(),
    refused: Count,
    truncatedTail: Count,
    served: z.literal(0),
  }),
  kinds: z.strictObject({
    kill: z.int().positive(),
    power: z.int().positive(),
    fault: z.int().positive(),
  }),
  control: z.strictObject({
    rounds: z.int().positive(),
    acknowledged: z.int().positive(),
    refused: Count,
  }),
  seen: z.strictObject({
    committed: z.int().positive(),
    startsEnded: z.int().positive(),
    cleanStops: z.int().positive(),
    faults: z.int().positive(),
    filesDamaged: z.int().positive(),
    creationsUndone: z.int().positive(),
    deletionsUndone: z.int().positive(),
    truncationsUndone: z.int().positive(),
    tornTails: z.int().positive(),
  }),
  recovery: Recovery,
}) satisfies z.ZodType<CrashRecord>

/** The hash of all inputs as they are now: over the lines `<sha256 of the file>  <path>`, sorted by path. */
export function inputHash(root = process.cwd()): string {
  const paths = globSync(inputs, { cwd: root, exclude: ['**/*.test.ts'] }).sort()
  return sha256(
    paths.map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`).join(''),
  )
}

/**
 * The recorded run, or undefined where there is none.
 *
 * @throws ZodError for a record of another form, and for a run that broke a promise or whose control lost nothing
 */
export function readCrash(root = process.cwd()): CrashRecord | undefined {
  const file = join(root, recordPath)
  if (!existsSync(file)) return undefined
  return Record.parse(JSON.parse(readFileSync(file, 'utf8')))
}
