import { BusError } from '../protocol/errors.ts'
import { limits } from '../protocol/limits.ts'

/** A batch that was taken, in case its producer sends it again. */
interface Sent {
  firstSeq: number
  count: number
  offset: bigint | Promise<bigint>
}

/** Remembers the last five batches of each idempotent producer, as Kafka does. */
export class Producers {
  #sent = new Map<bigint, Sent[]>()

  /**
   * The offset of a batch that was taken before, undefined for the next one.
   *
   * @throws BusError OUT_OF_ORDER_SEQ for a gap in the sequence
   */
  find(producerId: bigint, { firstSeq, count }: Omit<Sent, 'offset'>) {
    const known = this.#sent.get(producerId)
    const last = known?.at(-1)
    const again = known?.find((sent) => sent.firstSeq === firstSeq)
    if (again?.count === count) return again.offset
    const expected = last ? last.firstSeq + last.count : firstSeq
    if (firstSeq === expected) return undefined
    const detail = `expected sequence ${expected}, got ${firstSeq}`
    throw new BusError('OUT_OF_ORDER_SEQ', detail)
  }

  remember(producerId: bigint, sent: Sent) {
    // 0 is whoever does not ask for it.
    if (producerId === 0n) return
    const known = this.#sent.get(producerId) ?? []
    this.#sent.delete(producerId)
    this.#sent.set(producerId, [...known.slice(-4), sent])
    if (this.#sent.size <= limits.producers) return
    this.#sent.delete(this.#sent.keys().next().value!)
  }
}
