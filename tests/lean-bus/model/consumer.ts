import type { Session } from '../../../examples/lean-bus/src/client/session.ts'
import { batchesIn, recordsIn } from '../../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import type { BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { createCondition } from '../tools/condition.ts'

export interface Delivered {
  readonly offset: number
  readonly record: BatchRecord
}

export type Consumer = Awaited<ReturnType<typeof subscribe>>

/** Subscribes a member of a group that receives records, and grants credit only when the test says so. */
export async function subscribe(
  session: Session,
  { topic, group, credit }: { topic: string; group: string; credit: number },
) {
  const id = session.nextId()
  const { notify, waitFor } = createCondition(5_000)
  const inbox: Delivered[] = []
  const violations: string[] = []
  let lease: { start: number; epoch: number } | undefined
  let left = credit

  session.subscribers.set(id, {
    active({ start, epoch }) {
      if (lease) violations.push('a second lease')
      lease = { start: Number(start), epoch }
      notify()
    },
    deliver(bytes) {
      if (!lease) violations.push('records without a lease')
      for (const { header, batch } of batchesIn(bytes)) {
        if (left <= 0) violations.push('more than the credit and one batch')
        left -= batch.length
        const base = Number(header.baseOffset)
        if (lease && base + header.count <= lease.start) violations.push('a batch before the start')
        inbox.push(...Array.from(recordsIn(batch), (record, i) => ({ offset: base + i, record })))
      }
      notify()
    },
    lost() {},
  })
  await session.request(types.SUBSCRIBE, text(topic), text(group), u32(id), u32(credit))

  return {
    id,
    /** The lease. undefined while this member is on standby. */
    get lease() {
      return lease
    },
    /** Delivered records that the test has not taken yet. */
    inbox,
    /** Rules of the protocol that the broker broke. */
    violations,
    /** Resolves when the lease begins. */
    async activated() {
      await waitFor(() => lease !== undefined, 'a lease')
      return lease ?? { start: -1, epoch: -1 }
    },
    /** Takes records up to this offset. Grants credit until they have arrived. */
    async take(end: number) {
      const last = () => inbox.at(-1)?.offset ?? -1
      while (last() < end - 1) {
        if (left <= 0) {
          const grant = 1 - left
          left += grant
          session.send(types.CREDIT, 0, u32(id), u32(grant))
        }
        const before = inbox.length
        await waitFor(() => inbox.length > before, `records up to ${end}, received ${last() + 1}`)
      }
      const found = inbox.findIndex(({ offset }) => offset >= end)
      return inbox.splice(0, found === -1 ? inbox.length : found)
    },
  }
}
