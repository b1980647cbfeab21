/** The port: what a program needs of a bus, whichever bus that is. */

/** Text is stored as UTF-8. `null` is not the same as empty. */
export type Data = string | Uint8Array | null

export interface NewRecord {
  key: Data
  /** By convention, `null` deletes what the key stands for: a tombstone. */
  value: Data
  /** Names and values, in order. A name may be repeated. */
  headers?: [name: string | Uint8Array, value: Data][]
}

export interface Position {
  partition: number
  offset: bigint
}

/** A record as it was received, byte for byte. It can be published again. */
export interface BusRecord extends NewRecord, Position {
  topic: string
  key: Buffer | null
  value: Buffer | null
  headers: [name: Buffer, value: Buffer | null][]
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
  /** Resolves when the record is acknowledged. May reject with `TooLargeError`. */
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

/** Rejects a record that is larger than the bus or its topic allows. */
export class TooLargeError extends Error {
  readonly code = 'ERR_BUS_TOO_LARGE'
}

/** The text of the last header with this name, which is the one that counts. */
export function readHeader({ headers }: BusRecord, name: string) {
  const last = headers.findLast(([bytes]) => String(bytes) === name)
  return last?.[1]?.toString()
}
