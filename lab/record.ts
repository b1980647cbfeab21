/** The parts that all records of the lab share. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'

export const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits')

export const Machine = z.strictObject({
  processor: z.string(),
  cores: z.int().positive(),
  memoryGiB: z.int().positive(),
})

export const Versions = z.strictObject({ node: z.string() })

/** Fields of every record whose figures depend on the machine. */
export const measurement = {
  date: z.iso.date(),
  /** The command that repeats the run. */
  command: z.string().startsWith('npm run '),
  machine: Machine,
  versions: Versions,
}

/** The machine and the version of Node that run this process. */
export function thisMachine() {
  const [processor] = cpus()
  return {
    machine: {
      processor: processor?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    versions: { node: process.versions.node },
  }
}

/**
 * The commit that is checked out.
 *
 * @param patterns the files that must be committed
 * @throws Error that lists those that are not committed
 */
export function readCommit(patterns: readonly string[], root = process.cwd()): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const changes = git('status', '--porcelain', '--', ...patterns.map((it) => `:(glob)${it}`))
  if (changes) {
    throw new Error(`A record names a commit, and these files have no commit yet:\n${changes}`)
  }
  return git('rev-parse', 'HEAD')
}

/**
 * SHA-256 over the files that decide a result, without their tests: over a line `<sha256 of the file>  <path>` for each, sorted
 * by path, as `sha256sum` prints them.
 */
export function hashInputs(patterns: readonly string[], root = process.cwd()): string {
  const paths = globSync(patterns, { cwd: root, exclude: ['**/*.test.ts'] }).sort()
  return sha256(
    paths.map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`).join(''),
  )
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * A record in the repository. It is neither read nor written if it does not match its schema.
 *
 * @param path relative to the repository
 */
export function recordFile<T extends { readonly date: string }>(
  path: string,
  schema: z.ZodType<T>,
) {
  const load = (root: string): unknown => {
    const file = join(root, path)
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  }
  /** Whether a new record differs from the file in more than its date. Prints the result. */
  const compare = (record: Omit<T, 'date'>, root = process.cwd()) => {
    const earlier = load(root) as { readonly date?: unknown } | undefined
    const differs = !isDeepStrictEqual({ ...record, date: earlier?.date }, earlier)
    console.log(`The result ${differs ? 'differs from' : 'is the same as in'} ${path}.`)
    return differs
  }
  return {
    path,
    /** Returns undefined if nothing was recorded. */
    read: (root = process.cwd()): T | undefined => schema.optional().parse(load(root)),
    compare,
    /** Writes a record with today's date, or keeps the file and its date if nothing else has changed. */
    write(record: Omit<T, 'date'>, root = process.cwd()): void {
      if (!compare(record, root)) return
      const dated = schema.parse({ ...record, date: new Date().toISOString().slice(0, 10) })
      writeFileSync(join(root, path), `${JSON.stringify(dated, null, 2)}\n`)
      console.log(`Wrote ${path}.`)
    },
  }
}

export type Spread = ReturnType<typeof spread>

/**
 * The median of several measurements, with the lowest and the highest. The median of an even number of values is the upper of
 * the two in the middle, so that it is a value that was measured.
 */
export function spread(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return {
    median: at(Math.floor(sorted.length / 2)),
    lowest: at(0),
    highest: at(sorted.length - 1),
  }
}
