/** What is started: real Kafka as one broker or three, or the example's stand-in for development. */
export const setups = ['one broker', 'three brokers', 'dev broker'] as const

export type Setup = (typeof setups)[number]

/** One start of one setup, with nothing else of this measurement running beside it. */
export interface Sample {
  readonly setup: Setup
  /** How many processes serve. */
  readonly processes: number
  /** From the call until every broker serves and knows of the others: an empty folder is formatted first. */
  readonly seconds: number
  /** Resident memory of all of them together, when they are ready. */
  readonly readyMiB: number
  /** The same after the messages were acknowledged. */
  readonly publishedMiB: number
}

/** What the runs came to, as it lies in `lab/kafka-cost/record.json`. */
export interface KafkaCostRecord {
  readonly schema: 1
  /** ISO 8601, UTC. */
  readonly date: string
  readonly command: string
  /** SHA-256 over the files that decide the result. */
  readonly hash: string
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly memoryGiB: number
  }
  readonly versions: { readonly kafka: string; readonly java: string; readonly node: string }
  /** With which each broker's JVM was started, as the system tells it. */
  readonly flags: readonly string[]
  readonly published: { readonly messages: number; readonly bytes: number }
  /** In the order of the runs: the setups take turns. */
  readonly samples: readonly Sample[]
}
