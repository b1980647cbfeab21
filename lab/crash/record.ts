/** How a round ends. After `power` and `fault`, what was not synced is lost as well, in part or all of it. */
export const kinds = ['kill', 'power', 'fault'] as const

export type Kind = (typeof kinds)[number]

/** What happened in the rounds, as evidence that they reach what they are for. */
export interface Seen {
  /** Positions that were committed, summed over the groups. */
  committed: number
  /** Processes that were killed, or failed by an injected fault, before they served. */
  startsEnded: number
  /** Ended by SIGTERM, with the clean marker. */
  cleanStops: number
  /** Injected faults that were reached. */
  faults: number
  /** Files that were cut or damaged between their synced and their written size. */
  filesDamaged: number
  creationsUndone: number
  deletionsUndone: number
  truncationsUndone: number
  /** Torn tails that a start has found and cut off. */
  tornTails: number
}

export const emptySeen = (): Seen => ({
  committed: 0,
  startsEnded: 0,
  cleanStops: 0,
  faults: 0,
  filesDamaged: 0,
  creationsUndone: 0,
  deletionsUndone: 0,
  truncationsUndone: 0,
  tornTails: 0,
})

/** What single turned bits in synced data came to. */
export interface Flips {
  readonly tried: number
  /** With file and position: at the start, or at the next read where the log was open already. */
  readonly refused: number
  /** In the last group of a log that was not closed in order: cut off like a torn tail. */
  readonly truncatedTail: number
  /** Other bytes than were written, or fewer without a word. */
  readonly served: number
}

/** The last line of `npm run crash -- --json`. */
export interface Totals {
  readonly seed: number
  /** Without the rounds of the negative control. */
  readonly rounds: number
  /** Records that were acknowledged to their producers. */
  readonly acknowledged: number
  /** Acknowledged, delivered or committed, and not there any more, or not with the same bytes. */
  readonly lost: number
  readonly reordered: number
  readonly duplicated: number
  /** Of those that were acknowledged with the sync switched off, gone from the files. */
  readonly controlLost: number
  readonly flips: Flips
}

/** What a power cut did to a file. */
export interface Damage {
  readonly path: string
  readonly syncedSize: number
  readonly writtenSize: number
  readonly keptSize: number
  readonly flipped: readonly number[]
  readonly zeroed: readonly (readonly [from: number, to: number])[]
}

/** A batch in a segment. Positions and sizes are in bytes. */
export interface Layout {
  readonly offset: number
  readonly count: number
  readonly at: number
  readonly length: number
  /** The end of what was synced when this batch was written, as an offset. */
  readonly durable: number
}

/** A segment that a power cut has damaged, and what the next start made of it. */
export interface Recovery extends Damage {
  /** As it was written. */
  readonly batches: readonly Layout[]
  /** Where the start has cut it. */
  readonly recoveredSize: number
  /** What the start said. */
  readonly warning: string
}

/** A recorded run, as it lies in `lab/crash/record.json`. */
export interface CrashRecord extends Totals {
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
  readonly versions: { readonly node: string }
  readonly seconds: number
  readonly kinds: Readonly<Record<Kind, number>>
  readonly control: {
    readonly rounds: number
    readonly acknowledged: number
    /** Rounds after which the broker would not start: the log says itself that more was synced than is there. */
    readonly refused: number
  }
  readonly seen: Readonly<Seen>
  readonly recovery: Recovery
}
