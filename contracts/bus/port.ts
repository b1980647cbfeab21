/** What a program publishes. Header values are text. */
export interface NewRecord {
  readonly key: string
  readonly value: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Where a record lies. Offsets count from 0 in each partition; a bus without partitions has only partition 0. */
export interface Position {
  readonly partition: number
  readonly offset: bigint
}

/** What a handler is given. */
export interface BusRecord extends Required<NewRecord>, Position {
  readonly topic: string
}

/**
 * Marks the record and everything before it in its partition as done, and resolves when the bus has stored that. It is bound
 * to the lease under which the record was given: once another member may hold the partition, or after the handler has
 * returned, it rejects with a `FencedError` and changes nothing. No client may try such a commit again under a new lease.
 */
export type Commit = () => Promise<void>

/**
 * Gets one record at a time, in log order per partition. If it rejects, nothing is committed and the subscription ends with
 * that error. Letting a `FencedError` through is no end: the member drops what it holds and takes up its next lease.
 */
export type Handler = (record: BusRecord, commit: Commit) => Promise<void>

export interface Subscription {
  /** Hands out no further record, waits for the handler, whose commit still works, and leaves the group. */
  stop(): Promise<void>
  /** Resolves after `stop`, rejects with the error that ended the subscription. */
  readonly ended: Promise<void>
}

/** The port behind which every bus example hides its client: `src/bus.ts`. */
export interface Bus {
  /** Resolves when the record is acknowledged. */
  publish(topic: string, record: NewRecord): Promise<Position>
  /**
   * Starts at the group's committed offset, else at the oldest record: a new group is a replay. Resolves when the member
   * holds its first lease or stands by.
   */
  subscribe(
    from: { readonly topic: string; readonly group: string },
    handle: Handler,
  ): Promise<Subscription>
  /** Hands out no further record, waits up to 5 s for the handlers, whose commits still work, then leaves. */
  close(): Promise<void>
}

/** The `code` of a `FencedError`, by which it is known on the other side of a process or a worker too. */
export const fencedCode = 'ERR_BUS_FENCED'
