/** Text is stored as UTF-8. `null` is not the same as empty. */
export type Data = string | Uint8Array | null

/** A record to publish. */
export interface NewRecord {
  readonly key: Data
  /** By convention, `null` deletes what the key stands for: a tombstone. */
  readonly value: Data
  /** Names and values, in order. A name may be repeated. */
  readonly headers?: readonly (readonly [name: string | Uint8Array, value: Data])[]
}

/** The place of a record. Offsets count from 0 in each partition. A bus without partitions has only partition 0. */
export interface Position {
  readonly partition: number
  readonly offset: bigint
}

/** A record as a handler receives it, byte for byte. It can be published again. */
export interface BusRecord extends NewRecord, Position {
  readonly topic: string
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly (readonly [name: Uint8Array, value: Uint8Array | null])[]
}

/**
 * Marks the record and everything before it in its partition as done, and resolves when the bus has stored that. The commit is
 * bound to the lease under which the record was delivered: once another member may hold the partition, or after the handler has
 * returned, it rejects with a `FencedError` and changes nothing. No client may retry it under a new lease.
 */
export type Commit = () => Promise<void>

/**
 * Gets one record at a time, in log order per partition. If it rejects, nothing is committed and the subscription ends with
 * that error. A `FencedError` does not end the subscription: the member drops its records and takes its next lease.
 */
export type Handler = (record: BusRecord, commit: Commit) => Promise<void>

export interface Subscription {
  /** Delivers no further record, waits for the handler, whose commit still works, and leaves the group. */
  stop(): Promise<void>
  /** Resolves after `stop`, rejects with the error that ended the subscription. */
  readonly ended: Promise<void>
}

/** The port that every bus example puts in front of its client: `src/bus.ts`. */
export interface Bus {
  /** Resolves when the record is acknowledged. */
  publish(topic: string, record: NewRecord): Promise<Position>
  /**
   * Starts at the group's committed offset, else at the oldest record: a new group is a replay. Resolves when the member
   * holds its first lease or is on standby.
   */
  subscribe(
    from: { readonly topic: string; readonly group: string },
    handle: Handler,
  ): Promise<Subscription>
  /** Delivers no further record, waits up to 5 s for the handlers, whose commits still work, then leaves. */
  close(): Promise<void>
}

/** The `code` of a `FencedError`. It identifies the error in another process or worker, where the class is unknown. */
export const fencedCode = 'ERR_BUS_FENCED'
