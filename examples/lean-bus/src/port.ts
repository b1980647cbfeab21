/** What a program sees of a bus. Nothing in here knows which bus it is. */

export interface NewRecord {
  key: string
  value: Uint8Array
  headers?: { [name: string]: string }
}

export interface Position {
  partition: number
  offset: bigint
}

export interface BusRecord extends Required<NewRecord>, Position {
  topic: string
}

/**
 * Gets one record at a time. `commit` marks it and all before it in its
 * partition as done; it rejects with `FencedError`, and changes nothing, once
 * another member may hold the partition or the handler has returned.
 */
export type Handle = (
  record: BusRecord,
  commit: () => Promise<void>,
) => Promise<void>

export interface Subscription {
  /** Hands out no further record, waits up to 5 s for the handler, leaves. */
  stop(): Promise<void>
  /** Rejects with what the handler threw, other than a `FencedError`. */
  ended: Promise<void>
}

// #region port
export interface Bus {
  /** Resolves when the record is acknowledged. */
  publish(topic: string, record: NewRecord): Promise<Position>
  /** Starts at the group's committed offset, else at the oldest record. */
  subscribe(
    from: { topic: string; group: string },
    handle: Handle,
  ): Promise<Subscription>
  /** Stops all subscriptions, then disconnects. */
  close(): Promise<void>
}
// #endregion

/** The lease under which the record was given is over. */
export class FencedError extends Error {
  readonly code = 'ERR_BUS_FENCED'
}
