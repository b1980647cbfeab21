import { lastSequence, type Batch } from './batches.ts'
import {
  INVALID_PRODUCER_EPOCH,
  OUT_OF_ORDER_SEQUENCE_NUMBER,
} from './errors.ts'

const limits = { batches: 5, producers: 1_000 }

/**
 * The idempotent producers of a partition (KIP-98). Keeps the last five batches
 * of each, like Kafka, and the last thousand producers.
 */
export class Producers {
  readonly #batches = new Map<bigint, Batch[]>()

  /**
   * Returns the offset of the batch that this one repeats, an error code, or
   * undefined for a new batch.
   */
  check(batch: Batch): bigint | number | undefined {
    const { producerId, producerEpoch, firstSequence } = batch
    const known = this.#batches.get(producerId) ?? []
    const last = known.at(-1)
    if (!last) return undefined
    if (producerEpoch < last.producerEpoch) return INVALID_PRODUCER_EPOCH
    const isNewEpoch = producerEpoch > last.producerEpoch
    const next = isNewEpoch ? 0 : (lastSequence(last) + 1) & 0x7fffffff
    const repeated = known.find(
      (earlier) =>
        earlier.producerEpoch === producerEpoch &&
        earlier.firstSequence === firstSequence &&
        earlier.count === batch.count,
    )
    if (repeated) return repeated.baseOffset
    return firstSequence === next ? undefined : OUT_OF_ORDER_SEQUENCE_NUMBER
  }

  /** Records an appended batch. */
  add(batch: Batch): void {
    const { producerId } = batch
    if (producerId < 0n) return
    const known = this.#batches.get(producerId) ?? []
    this.#batches.delete(producerId)
    this.#batches.set(producerId, [...known, batch].slice(-limits.batches))
    if (this.#batches.size <= limits.producers) return
    const [oldest] = this.#batches.keys()
    if (oldest !== undefined) this.#batches.delete(oldest)
  }
}
