import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import {
  disks,
  loadNames,
  readings,
  ways,
  type BusRecord,
  type Conditions,
  type Load,
  type PreallocateRecord,
  type Sample,
  type Settings,
  type Trial,
  type Way,
} from '../../lab/bus-bench/record.ts'
import { sha256 } from '../model/examples/hash.ts'
import { inputLines } from './inputs.ts'
import { spread, type Spread } from './kafka-cost.ts'

/** Where the runs are recorded, relative to the repository: of the bus as it is, and as it was before it was made faster. */
export const recordPaths = {
  now: 'lab/bus-bench/record.json',
  before: 'lab/results/bus-before.json',
} as const

export const preallocatePath = 'lab/results/preallocate.json'

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

const Bus = z.strictObject({
  ...circumstances,
  description: z.string(),
  payloadBytes: z.int().positive(),
  settings: SettingsSchema,
  samples: z.array(SampleSchema).nonempty(),
}) satisfies z.ZodType<BusRecord>

/** One trial of preallocation, as it is recorded. */
export const TrialSchema = z.strictObject({
  round: z.int().positive(),
  way: z.enum(ways),
  block: z.int().positive(),
  seconds: positive,
  writes: z.int().positive(),
  megabytesPerSecond: positive,
  p50: positive,
  p99: positive,
}) satisfies z.ZodType<Trial>

const Preallocate = z.strictObject({
  ...circumstances,
  settings: SettingsSchema,
  ahead: z.int().positive(),
  trials: z.array(TrialSchema).nonempty(),
  samples: z.array(SampleSchema.extend({ way: z.enum(ways) })).nonempty(),
}) satisfies z.ZodType<PreallocateRecord>

/**
 * The hash of all inputs as they are now: the measurement, and the bus.
 *
 * @param checkout of this repository, whose bus is measured
 */
export function inputHash(checkout = process.cwd(), root = process.cwd()): string {
  const bus = inputLines(['examples/lean-bus/src/*.ts'], checkout)
  return sha256([...bus, ...inputLines(['lab/bus-bench/*.ts'], root)].join(''))
}

/**
 * The recorded runs, or undefined where there are none.
 *
 * @throws ZodError for a record of another form
 */
export function readBus(which: keyof typeof recordPaths, root = process.cwd()) {
  return read(join(root, recordPaths[which]), Bus)
}

/**
 * The recorded trial of preallocation, or undefined where there is none.
 *
 * @throws ZodError for a record of another form
 */
export function readPreallocate(root = process.cwd()) {
  return read(join(root, preallocatePath), Preallocate)
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
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

/** The same of one way to write blocks of one size. */
export function trialOf(trials: readonly Trial[], way: Way, block: number) {
  const chosen = trials.filter((sample) => sample.way === way && sample.block === block)
  return {
    megabytesPerSecond: spread(chosen.map((sample) => sample.megabytesPerSecond)),
    p50: spread(chosen.map((sample) => sample.p50)),
    p99: spread(chosen.map((sample) => sample.p99)),
  }
}
