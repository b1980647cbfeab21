/** How the producer publishes: so many records in one batch, so many batches awaited at the same time. */
export const loads = {
  'one at a time': { batch: 1, inFlight: 1 },
  '256 in flight': { batch: 1, inFlight: 256 },
  'batches of 100': { batch: 100, inFlight: 16 },
} as const

/** What one record of this laboratory means. */
export const description = [
  'Broker, producer and consumer are processes of their own on one machine, over loopback TCP; each sample has a new broker.',
  'The broker syncs before it acknowledges; without fsync is a broker of this laboratory whose sync does nothing.',
  'Single records go through the port, whose client puts what waits into the next batch and has one batch under way, with',
  'no delay to gather more. Batches of 100 are pipelined on one connection. The next call is made when one is acknowledged,',
  'so that a stall delays the calls after it: the latencies are those of a closed loop.',
  'A message counts when it is acknowledged; a sample is there only if all were read back in order and without a gap by a',
  'consumer that commits every 10,000: one that is started when the measurement is over, or one that reads along.',
  'The limit is measured right after each sample, with nothing else running: the lesser of writing blocks of the size of the',
  "sample's average group for as long as the sample, each with fdatasync if the sample has it, and of loopback TCP from one",
  'process to another. For a rested disk, what the sample has written is deleted before that. For a settled one the disk is',
  'written to before the sample and again before its limit, with a sync after each mebibyte, until what it takes at once after',
  'a rest is spent; and what was written stays, since a virtual disk that is told of a deletion has room again.',
  'The disk is what the machine takes for one: what a virtual disk does at fdatasync is not known here.',
].join(' ')

export type Load = keyof typeof loads

/** When the consumer reads what is published: once the measurement is over, or all the time, with its share of the cores. */
export const readings = ['afterwards', 'along'] as const

export type Reading = (typeof readings)[number]

/** Whether the disk has what it takes at once after a rest, or was written to until that was spent. */
export const disks = ['rested', 'settled'] as const

export type Disk = (typeof disks)[number]

/** Under what each load is measured. */
export interface Conditions {
  /** Whether the broker syncs before it acknowledges, as it always does outside this laboratory. */
  readonly fsync: boolean
  readonly reading: Reading
  readonly disk: Disk
}

/** The four that are measured, each of which has one thing changed from the second. */
export const conditions = {
  settled: { fsync: true, reading: 'afterwards', disk: 'settled' },
  rested: { fsync: true, reading: 'afterwards', disk: 'rested' },
  unsynced: { fsync: false, reading: 'afterwards', disk: 'rested' },
  'read along': { fsync: true, reading: 'along', disk: 'rested' },
} as const satisfies { readonly [name: string]: Conditions }

export const conditionNames = Object.keys(conditions) as (keyof typeof conditions)[]

export const loadNames = Object.keys(loads) as [Load, ...Load[]]

/** Of each record, in bytes. */
export const payloadBytes = 1000

/** From the call until the acknowledgement, in milliseconds; of a batch, for all of its records at once. */
export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** What the machine itself does in the same minute, in bytes per second. */
export interface Limit {
  /** Writes of the groups' size one after the other to one file, each with fdatasync where the broker syncs. */
  readonly disk: number
  /** From one Node process to another over loopback TCP. */
  readonly loopback: number
}

/** One broker with an empty folder, one producer, one consumer, each a process. */
export interface Sample extends Conditions {
  readonly round: number
  readonly load: Load
  /** Of the measurement, without the warm-up. */
  readonly seconds: number
  /** Acknowledged within these seconds, and read back by the consumer, then or later, in order and without a gap. */
  readonly messages: number
  readonly messagesPerSecond: number
  /** Of payload, 10^6 bytes. */
  readonly megabytesPerSecond: number
  readonly latency: Latency
  /** Writes to the topic's log. */
  readonly groups: number
  /** Of one such write, on average. */
  readonly groupBytes: number
  /** Syncs of the topic's log; none without fsync. */
  readonly syncs: number
  /** Messages that were published, but not read yet, when the time was over. */
  readonly unread: number
  /** Of resident memory, from the broker's start on; 2^20 bytes. */
  readonly brokerPeakMiB: number
  /** Of the processor, by each process; the consumer has none if it reads afterwards. */
  readonly cpuSeconds: {
    readonly broker: number
    readonly producer: number
    readonly consumer: number
  }
  readonly limit: Limit
  /** To what the lesser of the two limits comes for messages of this size. */
  readonly limitMessagesPerSecond: number
  readonly ratio: number
}

/** How the samples were taken. */
export interface Settings {
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** How long a disk is written to until it counts as settled. */
  readonly settleSeconds: number
  /** Duration of the loopback measurement, which is shorter than a sample. */
  readonly trialSeconds: number
}

/** On what, with what and when something was measured. */
export interface Circumstances {
  readonly schema: 1
  /** ISO 8601, UTC. */
  readonly date: string
  readonly command: string
  /** Of the bus that was measured. */
  readonly commit: string
  /** SHA-256 over the files that decide the result. */
  readonly hash: string
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryGiB: number
    /** The operating system's kernel. */
    readonly system: string
    /** The file system that the files were on. */
    readonly fileSystem: string
  }
  readonly versions: { readonly node: string }
}

/** What the runs came to, as it lies in `lab/bus-bench/record.json`. */
export interface BenchRecord extends Circumstances {
  readonly description: string
  readonly payloadBytes: number
  readonly settings: Settings
  /** In the order of the runs: the cases take turns. */
  readonly samples: readonly Sample[]
}
