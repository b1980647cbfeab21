import { parseBatch, stamp, type Batch } from './batches.ts'
import { OFFSET_OUT_OF_RANGE, UNKNOWN_SERVER_ERROR } from './errors.ts'
import { Producers } from './producers.ts'
import { readRecords } from './records.ts'

/** Limits in bytes. */
export interface LogLimits {
  /** Size of a partition. Kafka's `retention.bytes`. */
  retentionBytes: number
  /** Size of a batch. Kafka's `max.message.bytes`. */
  maxMessageBytes: number
}

/** A partition: batches in memory, ordered by offset. */
export class Log {
  readonly #limits: LogLimits
  readonly #producers = new Producers()
  readonly #listeners = new Set<() => void>()
  #batches: Batch[] = []
  #bytes = 0
  /** The offset of the next record. */
  end = 0n

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  /** The oldest offset in the log. */
  get start(): bigint {
    return this.#batches[0]?.baseOffset ?? this.end
  }

  /**
   * Appends a batch, unless it repeats an earlier one. Returns the offset of
   * its first record. Like Kafka, returns a time for a repeated batch only.
   *
   * @throws RefusedError
   */
  append(bytes: Buffer): { baseOffset: bigint; appendTime: bigint } {
    const parsed = parseBatch(bytes, this.#limits.maxMessageBytes)
    const batch = stamp(parsed, this.end)
    const repeated = this.#producers.check(batch)
    if (repeated) {
      const { baseOffset, maxTimestamp: appendTime } = repeated
      return { baseOffset, appendTime }
    }
    this.#producers.add(batch)
    this.#batches.push(batch)
    this.#bytes += bytes.length
    this.end += BigInt(batch.count)
    this.#retain()
    this.#listeners.forEach((listener) => listener())
    return { baseOffset: batch.baseOffset, appendTime: -1n }
  }

  /**
   * Returns whole batches from the one that holds this offset, which may start
   * before it, or an error code. With `isFirst` the first batch may be larger
   * than `maxBytes` (KIP-74).
   */
  read(offset: bigint, maxBytes: number, isFirst: boolean): Buffer | number {
    if (offset < this.start || offset > this.end) return OFFSET_OUT_OF_RANGE
    // Kafka's error for a negative limit, if there is something to read.
    if (offset < this.end && maxBytes < 0) return UNKNOWN_SERVER_ERROR
    const batches: Buffer[] = []
    let bytesLeft = maxBytes
    for (const { bytes } of this.#batches.slice(this.#indexOf(offset))) {
      if (bytes.length > bytesLeft && !(isFirst && batches.length === 0)) break
      batches.push(bytes)
      bytesLeft -= bytes.length
    }
    return Buffer.concat(batches)
  }

  /** Finds the first record at or after a time in ms. */
  find(time: bigint): { offset: bigint; timestamp: bigint } | undefined {
    const batch = this.#batches.find(({ maxTimestamp }) => maxTimestamp >= time)
    if (!batch) return undefined
    for (const { timestamp, offsetDelta } of readRecords(batch)) {
      const offset = batch.baseOffset + BigInt(offsetDelta)
      if (timestamp >= time) return { offset, timestamp }
    }
    return undefined
  }

  /** Finds the first of the records with the latest time. */
  findLatest(): { offset: bigint; timestamp: bigint } | undefined {
    const times = this.#batches.map(({ maxTimestamp }) => maxTimestamp)
    return this.find(times.reduce((a, b) => (b > a ? b : a), -1n))
  }

  /** Calls the listener after each append. Returns a function to stop that. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Binary search for the batch that holds this offset. */
  #indexOf(offset: bigint): number {
    let [low, high] = [0, this.#batches.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const { baseOffset, count } = this.#batches[middle] as Batch
      if (baseOffset + BigInt(count) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Over the limit, drops the oldest quarter at once, like a segment. */
  #retain(): void {
    if (this.#bytes <= this.#limits.retentionBytes) return
    let count = 0
    for (const { bytes } of this.#batches.slice(0, -1)) {
      if (this.#bytes <= this.#limits.retentionBytes * 0.75) break
      this.#bytes -= bytes.length
      count++
    }
    this.#batches = this.#batches.slice(count)
  }
}
