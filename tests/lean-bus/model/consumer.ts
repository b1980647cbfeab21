import type { Session } from '../../../examples/lean-bus/src/client/session.ts'
import { batchesIn, recordsIn } from '../../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import type { BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { createSignal } from '../tools/signal.ts'

export interface Delivered {
  readonly offset: number
  readonly record: BatchRecord
}

/** A member of a group that takes what it is sent, and grants credit only when it is told to. */
export interface Consumer {
  readonly id: number
  /** The lease, once it has begun; and what was delivered under it and not taken yet. */
  readonly lease: { start: number; epoch: number } | undefined
  readonly inbox: Delivered[]
  /** What the broker did against the protocol. */
  readonly faults: string[]
  /** Resolves when the lease has begun. */
  activated(): Promise<{ start: number; epoch: number }>
  /** Takes records up to this offset, and grants credit until they are here. */
  take(end: number): Promise<Delivered[]>
}

export async function subscribe(
  session: Session,
  { topic, group, credit }: { topic: string; group: string; credit: number },
): Promise<Consumer> {
  const id = session.nextId()
  const { changed, until } = createSignal(5_000)
  const inbox: Delivered[] = []
  const faults: string[] = []
  let lease: Consumer['lease']
  let left = credit

  session.subscribers.set(id, {
    active({ start, epoch }) {
      if (lease) faults.push('a second lease')
      lease = { start: Number(start), epoch }
      changed()
    },
    deliver(bytes) {
      if (!lease) faults.push('records without a lease')
      for (const { header, batch } of batchesIn(bytes)) {
        if (left <= 0) faults.push('more than the credit and one batch')
        left -= batch.length
        const base = Number(header.baseOffset)
        if (lease && base + header.count <= lease.start) faults.push('a batch before the start')
        inbox.push(...Array.from(recordsIn(batch), (record, i) => ({ offset: base + i, record })))
      }
      changed()
    },
    lost() {},
  })
  await session.request(types.SUBSCRIBE, text(topic), text(group), u32(id), u32(credit))

  return {
    id,
    get lease() {
      return lease
    },
    inbox,
    faults,
    async activated() {
      await until(() => lease !== undefined, 'a lease')
      return lease ?? { start: -1, epoch: -1 }
    },
    async take(end) {
      const last = () => inbox.at(-1)?.offset ?? -1
      while (last() < end - 1) {
        if (left <= 0) {
          const grant = 1 - left
          left += grant
          session.send(types.CREDIT, 0, u32(id), u32(grant))
        }
        const before = inbox.length
        await until(() => inbox.length > before, `records up to ${end}, there are ${last() + 1}`)
      }
      const found = inbox.findIndex(({ offset }) => offset >= end)
      return inbox.splice(0, found === -1 ? inbox.length : found)
    },
  }
}
