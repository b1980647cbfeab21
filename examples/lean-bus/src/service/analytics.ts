import type { Bus } from '../bus.ts'
import { decode } from './orders.ts'
import type { Timeline } from './timeline.ts'

// #region replay
/** Reads every order: a group without commits starts at the oldest record. */
export async function replay(bus: Bus, group: string, timeline: Timeline) {
  const totals = new Map<string, number>()
  const subscription = await bus.subscribe(
    { topic: 'orders', group },
    async (record, commit) => {
      try {
        const { eventId, orderId, totalCents } = decode(record)
        totals.set(eventId, totalCents)
        const detail = `${orderId}, ${totalCents} cents`
        timeline.add('analytics', 'replayed', record, detail)
      } catch {
        timeline.add('analytics', 'skipped', record, 'unreadable')
      }
      await commit()
    },
  )
  return { totals, subscription }
}
// #endregion
