import { BusError } from '../protocol/errors.ts'
import { limits } from '../protocol/limits.ts'

/** An accepted batch, remembered in case its producer sends it again. */
interface Accepted {
  firstSeq: number
  count: number
  offset: bigint | Promise<bigint>
}

/** Remembers the last five batches of each idempotent producer, as Kafka does. */
export function createProducers() {
  const batches = new Map<bigint, Accepted[]>()
  return {
    /**
     * The offset of a batch that was accepted before. `undefined` if the batch
     * is the producer's next one.
     *
     * @throws BusError OUT_OF_ORDER_SEQ for a gap in the sequence
     */
    find(producerId: bigint, { firstSeq, count }: Omit<Accepted, 'offset'>) {
      const known = batches.get(producerId)
      const last = known?.at(-1)
      const repeated = known?.find((batch) => batch.firstSeq === firstSeq)
      if (repeated?.count === count) return repeated.offset
      const expected = last ? last.firstSeq + last.count : firstSeq
      if (firstSeq === expected) return undefined
      const detail = `expected sequence ${expected}, got ${firstSeq}`
      throw new BusError('OUT_OF_ORDER_SEQ', detail)
    },
    remember(producerId: bigint, batch: Accepted) {
      // 0: not idempotent.
      if (producerId === 0n) return
      const known = batches.get(producerId) ?? []
      batches.delete(producerId)
      batches.set(producerId, [...known.slice(-4), batch])
      if (batches.size <= limits.producers) return
      batches.delete(batches.keys().next().value!)
    },
  }
}
