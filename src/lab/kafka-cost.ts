import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { setups, type KafkaCostRecord, type Setup } from '../../lab/kafka-cost/record.ts'
import { sha256 } from '../model/examples/hash.ts'
import { inputLines } from './inputs.ts'

/** Where the runs are recorded, relative to the repository. */
export const recordPath = 'lab/kafka-cost/record.json'

/** How a reader repeats them. */
export const command = 'npm run kafka-cost'

/** The files that decide the result: the measurement, Kafka and its settings, and the dev broker. */
const inputs = [
  'lab/kafka-cost/*.ts',
  'servers/kafka/{java,kafka,node,settings}.ts',
  'servers/kafka/jars.json',
  'servers/kafka/server.properties',
  'examples/kafka/dev-broker/*.ts',
]

const Record = z.strictObject({
  schema: z.literal(1),
  date: z.iso.date(),
  command: z.literal(command),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int().positive(),
    memoryGiB: z.int().positive(),
  }),
  versions: z.strictObject({ kafka: z.string(), java: z.string(), node: z.string() }),
  flags: z.array(z.string().startsWith('-')).nonempty(),
  published: z.strictObject({ messages: z.int().positive(), bytes: z.int().positive() }),
  samples: z.array(
    z.strictObject({
      setup: z.enum(setups),
      processes: z.int().positive(),
      seconds: z.number().positive(),
      readyMiB: z.int().positive(),
      publishedMiB: z.int().positive(),
    }),
  ),
}) satisfies z.ZodType<KafkaCostRecord>

/** The hash of all inputs as they are now. */
export function inputHash(root = process.cwd()): string {
  return sha256(inputLines(inputs, root).join(''))
}

/**
 * The recorded runs, or undefined where there are none.
 *
 * @throws ZodError for a record of another form
 */
export function readKafkaCost(root = process.cwd()): KafkaCostRecord | undefined {
  const file = join(root, recordPath)
  if (!existsSync(file)) return undefined
  return Record.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** The middle of what was measured, and its ends. */
export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** Of an even number of values the upper of the two in the middle, so that it is one that was measured. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return {
    median: at(Math.floor(sorted.length / 2)),
    lowest: at(0),
    highest: at(sorted.length - 1),
  }
}

/** What a setup took, over all its samples. */
export function costOf(record: KafkaCostRecord, setup: Setup) {
  const samples = record.samples.filter((sample) => sample.setup === setup)
  return {
    setup,
    processes: Math.max(...samples.map(({ processes }) => processes)),
    seconds: spread(samples.map(({ seconds }) => seconds)),
    readyMiB: spread(samples.map(({ readyMiB }) => readyMiB)),
    publishedMiB: spread(samples.map(({ publishedMiB }) => publishedMiB)),
  }
}
