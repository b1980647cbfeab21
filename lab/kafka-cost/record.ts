import * as z from 'zod'
import { Hash, hashInputs, measurement, recordFile, spread, Versions } from '../record.ts'

/** What the lab starts: real Kafka with one broker or three, or the example's dev broker. */
export const setups = ['one broker', 'three brokers', 'dev broker'] as const

export type Setup = (typeof setups)[number]

const PositiveInt = z.int().positive()

/** One start of one setup. */
const Sample = z.strictObject({
  setup: z.enum(setups),
  /** Number of broker processes. */
  processes: PositiveInt,
  /** Time from the call until every broker is ready and knows the others. Includes formatting an empty folder. */
  seconds: z.number().positive(),
  /** Resident memory of all brokers when they are ready. */
  readyMiB: PositiveInt,
  /** Resident memory of all brokers after the messages were acknowledged. */
  publishedMiB: PositiveInt,
})

export type Sample = z.infer<typeof Sample>

const KafkaCostRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  hash: Hash,
  versions: Versions.extend({ kafka: z.string(), java: z.string() }),
  /** Options of each broker's JVM, as `ps` shows them. */
  flags: z.array(z.string().startsWith('-')).nonempty(),
  published: z.strictObject({ messages: PositiveInt, bytes: PositiveInt }),
  /** In the order of the runs: each round starts every setup once. */
  samples: z.array(Sample),
})

export type KafkaCostRecord = z.infer<typeof KafkaCostRecord>

export const kafkaCostRecord = recordFile('lab/kafka-cost/record.json', KafkaCostRecord)

/** Hashes the files that decide the result: the measurement, Kafka and its settings, and the dev broker. */
export const inputHash = (root?: string) =>
  hashInputs(
    [
      'lab/kafka-cost/*.ts',
      'servers/kafka/{java,kafka,node,settings}.ts',
      'servers/kafka/jars.json',
      'servers/kafka/server.properties',
      'examples/kafka/dev-broker/*.ts',
    ],
    root,
  )

/** Summarizes the samples of one setup. */
export function summarizeSetup(record: KafkaCostRecord, setup: Setup) {
  const samples = record.samples.filter((sample) => sample.setup === setup)
  return {
    setup,
    processes: Math.max(...samples.map(({ processes }) => processes)),
    seconds: spread(samples.map(({ seconds }) => seconds)),
    readyMiB: spread(samples.map(({ readyMiB }) => readyMiB)),
    publishedMiB: spread(samples.map(({ publishedMiB }) => publishedMiB)),
  }
}
