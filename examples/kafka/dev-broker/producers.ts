import { lastSequence, type Batch } from './batches.ts'
import {
  INVALID_PRODUCER_EPOCH,
  OUT_OF_ORDER_SEQUENCE_NUMBER,
} from './errors.ts'

const remembered = { batches: 5, producers: 1_000 }

/**
 * What a partition knows of its idempotent producers (KIP-98): the last five
 * batches of each, as Kafka keeps them, and the last thousand producers.
 */
export class Producers {
  readonly #batches = new Map<bigint, Batch[]>()

  /** Where the batch is that this one repeats, or an error, or undefined. */
  check(batch: Batch): bigint | number | undefined {
    const { producerId, producerEpoch, firstSequence } = batch
    const known = this.#batches.get(producerId) ?? []
    const last = known.at(-1)
    if (!last) return undefined
    if (producerEpoch < last.producerEpoch) return INVALID_PRODUCER_EPOCH
    const newEpoch = producerEpoch > last.producerEpoch
    const next = newEpoch ? 0 : (lastSequence(last) + 1) & 0x7fffffff
    const repeated = known.find(
      (it) =>
        it.producerEpoch === producerEpoch &&
        it.firstSequence === firstSequence &&
        it.count === batch.count,
    )
    if (repeated) return repeated.baseOffset
    return firstSequence === next ? undefined : OUT_OF_ORDER_SEQUENCE_NUMBER
  }

  /** Remembers a batch that has been appended. */
  add(batch: Batch): void {
    const { producerId } = batch
    if (producerId < 0n) return
    const known = this.#batches.get(producerId) ?? []
    this.#batches.delete(producerId)
    this.#batches.set(producerId, [...known, batch].slice(-remembered.batches))
    if (this.#batches.size <= remembered.producers) return
    const [oldest] = this.#batches.keys()
    if (oldest !== undefined) this.#batches.delete(oldest)
  }
}
