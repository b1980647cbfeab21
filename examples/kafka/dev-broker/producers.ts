import { lastSequence, type Batch } from './batches.ts'
import {
  INVALID_PRODUCER_EPOCH,
  OUT_OF_ORDER_SEQUENCE_NUMBER,
  RefusedError,
} from './errors.ts'

const limits = { batches: 5, producers: 1_000 }

/**
 * The idempotent producers of a partition (KIP-98). Keeps the last five batches
 * of each, like Kafka, and the last thousand producers.
 */
export class Producers {
  readonly #batches = new Map<bigint, Batch[]>()

  /**
   * Returns the earlier batch that this one repeats, if any.
   *
   * @throws RefusedError when the batch does not follow the last one
   */
  check(batch: Batch): Batch | undefined {
    const { producerId, producerEpoch, firstSequence } = batch
    if (producerId < 0n) return undefined
    const known = this.#batches.get(producerId) ?? []
    const last = known.at(-1)
    const { producerEpoch: epoch } = last ?? { producerEpoch: -1 }
    if (producerEpoch < epoch) {
      throw new RefusedError(INVALID_PRODUCER_EPOCH, `The epoch is ${epoch}.`)
    }
    const repeated = known.find(
      (earlier) =>
        earlier.producerEpoch === producerEpoch &&
        earlier.firstSequence === firstSequence &&
        earlier.count === batch.count,
    )
    if (repeated) return repeated
    // A producer that is not known, or has no epoch, starts at any number.
    if (!last || epoch === -1) return undefined
    const next =
      producerEpoch > epoch ? 0 : (lastSequence(last) + 1) & 0x7fffffff
    if (firstSequence === next) return undefined
    const message = `The next sequence number is ${next}.`
    throw new RefusedError(OUT_OF_ORDER_SEQUENCE_NUMBER, message)
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
