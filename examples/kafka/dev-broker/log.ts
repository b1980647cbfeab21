import { parseBatch, stamp, timestampsOf, type Batch } from './batches.ts'
import { OFFSET_OUT_OF_RANGE } from './errors.ts'
import { Producers } from './producers.ts'

/** In bytes. */
export interface LogLimits {
  /** How much a partition keeps; Kafka's `retention.bytes`. */
  retentionBytes: number
  /** The largest batch; Kafka's `max.message.bytes`. */
  maxMessageBytes: number
}

/** One partition: batches in memory, in the order of their offsets. */
export class Log {
  readonly #limits: LogLimits
  readonly #producers = new Producers()
  readonly #waiting = new Set<() => void>()
  #batches: Batch[] = []
  #bytes = 0
  /** The offset that the next record gets. */
  end = 0n

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  /** The oldest offset that is still here. */
  get start(): bigint {
    return this.#batches[0]?.baseOffset ?? this.end
  }

  /**
   * Appends the one batch of a producer, unless it repeats an earlier one;
   * gives the offset of its first record, or an error code.
   */
  append(bytes: Buffer): bigint | number {
    const given = parseBatch(bytes, this.#limits.maxMessageBytes)
    if (typeof given === 'number') return given
    const batch = stamp(given, this.end)
    const known = this.#producers.check(batch)
    if (known !== undefined) return known
    this.#producers.add(batch)
    this.#batches.push(batch)
    this.#bytes += bytes.length
    this.end += BigInt(batch.count)
    this.#retain()
    this.#waiting.forEach((wake) => wake())
    return batch.baseOffset
  }

  /**
   * Whole batches from the one that holds this offset, which may begin before
   * it, or an error code. The first one comes whatever its size if `always`
   * (KIP-74).
   */
  read(offset: bigint, maxBytes: number, always: boolean): Buffer | number {
    if (offset < this.start || offset > this.end) return OFFSET_OUT_OF_RANGE
    const batches: Buffer[] = []
    let room = maxBytes
    for (const { bytes } of this.#batches.slice(this.#indexOf(offset))) {
      if (bytes.length > room && !(always && batches.length === 0)) break
      batches.push(bytes)
      room -= bytes.length
    }
    return Buffer.concat(batches)
  }

  /**
   * The first record that is not older than this, in ms. Of a compressed batch
   * its first record stands for all.
   */
  find(timestamp: bigint): { offset: bigint; timestamp: bigint } | undefined {
    const batch = this.#batches.find((it) => it.maxTimestamp >= timestamp)
    if (!batch) return undefined
    const timestamps = timestampsOf(batch)
    const index = timestamps.findIndex((it) => it >= timestamp)
    return {
      offset: batch.baseOffset + BigInt(Math.max(0, index)),
      timestamp: timestamps[index] ?? batch.baseTimestamp,
    }
  }

  /** Calls `wake` after every append, until the returned function is called. */
  onAppend(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  /** The batch that holds this offset: a binary search. */
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

  /** Over the limit the oldest quarter goes at once, as segments do. */
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
