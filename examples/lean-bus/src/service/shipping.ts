import type { Handler } from '../bus.ts'
import { decode } from './orders.ts'
import type { Timeline } from './timeline.ts'

/** Ships each order once, even if its event is delivered more than once. */
export function createShipping(timeline: Timeline) {
  const shipped = new Set<string>()
  // #region idempotent
  const handle: Handler = async (record, commit) => {
    const { eventId, orderId } = decode(record)
    if (shipped.has(eventId)) {
      const detail = `${orderId}, already shipped`
      timeline.add('shipping', 'redelivered', record, detail)
    } else {
      // With a database, store the effect and the event ID in one transaction.
      shipped.add(eventId)
      timeline.add('shipping', 'shipped', record, orderId)
    }
    await commit()
  }
  // #endregion
  return { handle, shipped }
}
