import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import {
  disks,
  loadNames,
  readings,
  type BenchRecord,
  type Conditions,
  type Load,
  type Sample,
  type Settings,
} from '../../lab/bus-bench/record.ts'
import { sha256 } from '../model/examples/hash.ts'
import { inputLines } from './inputs.ts'
import { spread, type Spread } from './kafka-cost.ts'

/** Where the runs are recorded, relative to the repository. */
export const recordPath = 'lab/bus-bench/record.json'

/** How a reader repeats them. */
export const command = 'npm run bench'

const count = z.int().nonnegative()
const positive = z.number().positive()

const circumstances = {
  schema: z.literal(1),
  date: z.iso.date(),
  command: z.string().startsWith(command),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int().positive(),
    memoryGiB: z.int().positive(),
    system: z.string(),
    fileSystem: z.string(),
  }),
  versions: z.strictObject({ node: z.string() }),
}

/** One sample, as it is recorded. */
export const SampleSchema = z.strictObject({
  round: z.int().positive(),
  load: z.enum(loadNames),
  fsync: z.boolean(),
  reading: z.enum(readings),
  disk: z.enum(disks),
  seconds: positive,
  messages: z.int().positive(),
  messagesPerSecond: positive,
  megabytesPerSecond: positive,
  latency: z.strictObject({
    p50: positive,
    p90: positive,
    p99: positive,
    p999: positive,
    max: positive,
  }),
  groups: z.int().positive(),
  groupBytes: z.int().positive(),
  syncs: count,
  unread: count,
  brokerPeakMiB: z.int().positive(),
  cpuSeconds: z.strictObject({
    broker: positive,
    producer: positive,
    consumer: z.number().nonnegative(),
  }),
  limit: z.strictObject({ disk: positive, loopback: positive }),
  limitMessagesPerSecond: positive,
  ratio: positive,
}) satisfies z.ZodType<Sample>

const SettingsSchema = z.strictObject({
  rounds: z.int().positive(),
  seconds: positive,
  warmUpSeconds: positive,
  settleSeconds: positive,
  trialSeconds: positive,
}) satisfies z.ZodType<Settings>

const Bench = z.strictObject({
  ...circumstances,
  description: z.string(),
  payloadBytes: z.int().positive(),
  settings: SettingsSchema,
  samples: z.array(SampleSchema).nonempty(),
}) satisfies z.ZodType<BenchRecord>

/** The hash of all inputs as they are now: the measurement, and the bus. */
export function inputHash(root = process.cwd()): string {
  const bus = inputLines(['examples/lean-bus/src/**/*.ts'], root)
  return sha256([...bus, ...inputLines(['lab/bus-bench/*.ts'], root)].join(''))
}

/**
 * The recorded runs, or undefined where there are none.
 *
 * @throws ZodError for a record of another form
 */
export function readBench(root = process.cwd()): BenchRecord | undefined {
  const file = join(root, recordPath)
  return existsSync(file) ? Bench.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** The middle and the ends of what the rounds of one case came to. */
export function caseOf(
  samples: readonly Sample[],
  load: Load,
  { fsync, reading, disk }: Conditions,
) {
  const chosen = samples.filter(
    (sample) =>
      sample.load === load &&
      sample.fsync === fsync &&
      sample.reading === reading &&
      sample.disk === disk,
  )
  const over = (value: (sample: Sample) => number): Spread => spread(chosen.map(value))
  return {
    load,
    messagesPerSecond: over((sample) => sample.messagesPerSecond),
    ratio: over((sample) => sample.ratio),
    limitMessagesPerSecond: over((sample) => sample.limitMessagesPerSecond),
    p50: over((sample) => sample.latency.p50),
    p99: over((sample) => sample.latency.p99),
    p999: over((sample) => sample.latency.p999),
    groupBytes: over((sample) => sample.groupBytes),
    brokerPeakMiB: over((sample) => sample.brokerPeakMiB),
    /** Of all processes, in microseconds of the processor for one message. */
    cpuPerMessage: over(
      ({ cpuSeconds: { broker, producer, consumer }, messages }) =>
        Math.round((1e7 * (broker + producer + consumer)) / messages) / 10,
    ),
  }
}
