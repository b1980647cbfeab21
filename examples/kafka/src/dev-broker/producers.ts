import type { Batch } from './batches.ts'
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

  /** The batch that this one repeats, an error code, or undefined if new. */
  check(batch: Batch): Batch | number | undefined {
    const known = this.#batches.get(batch.producerId)
    const last = known?.at(-1)
    if (!known || !last) return undefined
    if (batch.producerEpoch < last.producerEpoch) return INVALID_PRODUCER_EPOCH
    if (batch.producerEpoch > last.producerEpoch) {
      return batch.firstSequence === 0
        ? undefined
        : OUT_OF_ORDER_SEQUENCE_NUMBER
    }
    const repeated = known.find(
      ({ firstSequence, lastSequence }) =>
        firstSequence === batch.firstSequence &&
        lastSequence === batch.lastSequence,
    )
    if (repeated) return repeated
    const next = (last.lastSequence + 1) & 0x7fffffff
    return batch.firstSequence === next
      ? undefined
      : OUT_OF_ORDER_SEQUENCE_NUMBER
  }

  /** Remembers a batch that has been appended. */
  add(batch: Batch): void {
    const { producerId, producerEpoch } = batch
    if (producerId < 0n) return
    const known = this.#batches.get(producerId) ?? []
    const ofEpoch = known.filter((old) => old.producerEpoch === producerEpoch)
    this.#batches.delete(producerId)
    this.#batches.set(
      producerId,
      [...ofEpoch, batch].slice(-remembered.batches),
    )
    if (this.#batches.size <= remembered.producers) return
    const [oldest] = this.#batches.keys()
    if (oldest !== undefined) this.#batches.delete(oldest)
  }
}
