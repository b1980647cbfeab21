import * as z from 'zod'
import { Hash, hashInputs, Machine, measurement, recordFile, spread } from '../record.ts'

/** How the producer publishes: the records in a batch, and the batches in flight at the same time. */
export const loads = {
  'one at a time': { batch: 1, inFlight: 1 },
  '256 in flight': { batch: 1, inFlight: 256 },
  'batches of 100': { batch: 100, inFlight: 16 },
} as const

export type Load = keyof typeof loads

export const loadNames = Object.keys(loads) as [Load, ...Load[]]

/** How the bench measures, in the words that each record carries. */
export const description = [
  'Broker, producer and consumer are separate processes on one machine, connected over loopback TCP. Each sample starts a new',
  'broker. The broker syncs before it acknowledges; "no fsync" is a broker of this laboratory whose sync does nothing.',
  'Single records go through the port. Its client sends one batch at a time and puts the records that wait into the next one,',
  'without a delay to gather more. Batches of 100 are pipelined on one connection. The producer publishes again when a publish',
  'is acknowledged, so a stall delays the calls after it: the latencies are those of a closed loop.',
  'A message counts when it is acknowledged. A sample counts only if a consumer has read all messages back, in order and',
  'without a gap, with a commit every 10,000 records. The consumer starts after the measurement, or reads along with it.',
  'The limit is measured right after each sample with nothing else running. It is the lower of two rates: writing blocks of the',
  "sample's average group size for as long as the sample, each followed by fdatasync if the sample syncs, and loopback TCP from",
  'one process to another. For a rested disk, the data of the sample is deleted before the limit is measured. For a settled',
  'disk, the bench writes to the disk before the sample and again before its limit, with a sync after each MiB, until the',
  "disk's burst capacity is spent. That data is kept, because a virtual disk regains capacity when files are deleted.",
  'The disk is virtual: its behavior at fdatasync is unknown here.',
].join(' ')

/** When the consumer reads: after the measurement, or during it, on the same cores. */
export const readings = ['afterwards', 'along'] as const

/** Whether the disk still has its burst capacity, or is under sustained load. */
export const disks = ['rested', 'settled'] as const

/** Size of each record's value, in bytes. */
export const payloadBytes = 1000

const Count = z.int().nonnegative()
const Positive = z.number().positive()
const PositiveInt = z.int().positive()

export const Conditions = z.strictObject({
  /** Whether the broker syncs before it acknowledges, as it always does outside this laboratory. */
  fsync: z.boolean(),
  reading: z.enum(readings),
  disk: z.enum(disks),
})

export type Conditions = z.infer<typeof Conditions>

/** The conditions for every load. Each differs from `rested` in one respect. */
export const conditions = {
  settled: { fsync: true, reading: 'afterwards', disk: 'settled' },
  rested: { fsync: true, reading: 'afterwards', disk: 'rested' },
  unsynced: { fsync: false, reading: 'afterwards', disk: 'rested' },
  'read along': { fsync: true, reading: 'along', disk: 'rested' },
} as const satisfies { readonly [name: string]: Conditions }

export const conditionNames = Object.keys(conditions) as (keyof typeof conditions)[]

/** Time from the call to the acknowledgement, in milliseconds. All records of a batch share one latency. */
const Latency = z.strictObject({
  p50: Positive,
  p90: Positive,
  p99: Positive,
  p999: Positive,
  max: Positive,
})

export type Latency = z.infer<typeof Latency>

/** One broker with an empty folder, one producer and one consumer, each in its own process. */
export const Sample = z.strictObject({
  round: PositiveInt,
  load: z.enum(loadNames),
  ...Conditions.shape,
  /** Duration of the measurement, without the warm-up. */
  seconds: Positive,
  /** Messages acknowledged within these seconds and later read back. */
  messages: PositiveInt,
  messagesPerSecond: Positive,
  /** Payload only, in units of 10^6 bytes. */
  megabytesPerSecond: Positive,
  latency: Latency,
  /** Number of writes to the topic's log. */
  groups: PositiveInt,
  /** Average size of these writes. */
  groupBytes: PositiveInt,
  /** Number of syncs of the topic's log. */
  syncs: Count,
  /** Messages that were published but not yet read at the end of the measurement. */
  unread: Count,
  /** Peak resident memory since the broker's start, in units of 2^20 bytes. */
  brokerPeakMiB: PositiveInt,
  /** CPU time of each process. The consumer's is 0 if it reads afterwards. */
  cpuSeconds: z.strictObject({
    broker: Positive,
    producer: Positive,
    consumer: z.number().nonnegative(),
  }),
  /** What the machine does without a bus, in bytes per second. */
  limit: z.strictObject({ disk: Positive, loopback: Positive }),
  /** The lower of the two limits, converted to messages of this size. */
  limitMessagesPerSecond: Positive,
  /** `messagesPerSecond` divided by `limitMessagesPerSecond`. */
  ratio: Positive,
})

export type Sample = z.infer<typeof Sample>

const Settings = z.strictObject({
  rounds: PositiveInt,
  /** Duration of a sample. */
  seconds: Positive,
  warmUpSeconds: Positive,
  /** How long the bench writes to a disk until it counts as settled. */
  settleSeconds: Positive,
  /** Duration of the loopback measurement. */
  trialSeconds: Positive,
})

export type Settings = z.infer<typeof Settings>

const BenchRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  hash: Hash,
  machine: Machine.extend({
    /** Name and release of the kernel. */
    system: z.string(),
    /** Type of the file system that holds the log. */
    fileSystem: z.string(),
  }),
  description: z.string(),
  payloadBytes: PositiveInt,
  settings: Settings,
  /** In the order of the runs: in each round, every case is measured once. */
  samples: z.array(Sample).nonempty(),
})

export type BenchRecord = z.infer<typeof BenchRecord>

export const benchRecord = recordFile('lab/bus-bench/record.json', BenchRecord)

/** The files that decide the result: the bench and the bus. */
export const inputs = ['lab/bus-bench/*.ts', 'lab/lean-bus.ts', 'examples/lean-bus/src/**/*.ts']

export const inputHash = (root?: string) => hashInputs(inputs, root)

/** Summarizes the rounds of one case. */
export function summarizeCase(
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
  const over = (value: (sample: Sample) => number) => spread(chosen.map(value))
  return {
    load,
    messagesPerSecond: over((sample) => sample.messagesPerSecond),
    ratio: over((sample) => sample.ratio),
    limitMessagesPerSecond: over((sample) => sample.limitMessagesPerSecond),
    p50: over((sample) => sample.latency.p50),
    p99: over((sample) => sample.latency.p99),
    brokerPeakMiB: over((sample) => sample.brokerPeakMiB),
    /** CPU time of all processes per message, in microseconds. */
    cpuPerMessage: over(
      ({ cpuSeconds: { broker, producer, consumer }, messages }) =>
        Math.round((1e7 * (broker + producer + consumer)) / messages) / 10,
    ),
  }
}
