import { Batch, checkBatch } from './batches.ts'
import { NONE, OFFSET_OUT_OF_RANGE } from './errors.ts'
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

  /** Appends the one batch of a producer, unless it repeats an earlier one. */
  append(bytes: Buffer): { error: number; baseOffset: bigint } {
    const error = checkBatch(bytes, this.#limits.maxMessageBytes)
    if (error !== NONE) return { error, baseOffset: -1n }
    const batch = new Batch(bytes).stamped(this.end)
    const known = this.#producers.check(batch)
    if (typeof known === 'number') return { error: known, baseOffset: -1n }
    if (known) return { error: NONE, baseOffset: known.baseOffset }
    this.#producers.add(batch)
    this.#batches.push(batch)
    this.#bytes += bytes.length
    this.end += BigInt(batch.count)
    this.#retain()
    this.#waiting.forEach((wake) => wake())
    return { error: NONE, baseOffset: batch.baseOffset }
  }

  /**
   * Whole batches from the one that holds this offset, which may begin before
   * it. The first one comes whatever its size if `always` (KIP-74).
   */
  read(offset: bigint, maxBytes: number, always: boolean) {
    if (offset < this.start || offset > this.end) {
      return { error: OFFSET_OUT_OF_RANGE, batches: [] }
    }
    const batches: Buffer[] = []
    let room = maxBytes
    let index = this.#indexOf(offset)
    for (; index < this.#batches.length; index++) {
      const { bytes } = this.#batches[index] as Batch
      if (bytes.length > room && !(always && batches.length === 0)) break
      batches.push(bytes)
      room -= bytes.length
    }
    return { error: NONE, batches }
  }

  /**
   * The first record that is not older than this, in ms. Of a compressed batch
   * its first record stands for all.
   */
  find(timestamp: bigint): { offset: bigint; timestamp: bigint } | undefined {
    const batch = this.#batches.find((it) => it.maxTimestamp >= timestamp)
    if (!batch) return undefined
    const timestamps = batch.timestamps()
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

  /** The first batch that ends at this offset or later: a binary search. */
  #indexOf(offset: bigint): number {
    let [low, high] = [0, this.#batches.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#batches[middle] as Batch).lastOffset < offset) low = middle + 1
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
