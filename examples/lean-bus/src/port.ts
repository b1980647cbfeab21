/** The port: what a program needs of a bus, whichever bus that is. */

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
 * Handles one record at a time. `commit` marks this record and all before it
 * in its partition as done. It rejects with `FencedError` and changes nothing
 * once another member may own the partition or the handler has returned.
 */
export type Handler = (
  record: BusRecord,
  commit: () => Promise<void>,
) => Promise<void>

export interface Subscription {
  /** Stops delivery, waits up to 5 s for the handler, leaves the group. */
  stop(): Promise<void>
  /** Rejects with the handler's error, unless that is a `FencedError`. */
  ended: Promise<void>
}

// #region port
export interface Bus {
  /** Resolves when the record is acknowledged. */
  publish(topic: string, record: NewRecord): Promise<Position>
  /** Starts at the group's committed offset, else at the oldest record. */
  subscribe(
    from: { topic: string; group: string },
    handle: Handler,
  ): Promise<Subscription>
  /** Stops all subscriptions, then disconnects. */
  close(): Promise<void>
}
// #endregion

/** Rejects a commit of a member that may no longer own the partition. */
export class FencedError extends Error {
  readonly code = 'ERR_BUS_FENCED'
}
