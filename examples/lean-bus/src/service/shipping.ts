import type { Handle } from '../bus.ts'
import { decode } from './orders.ts'
import type { Timeline } from './timeline.ts'

/** Ships each order once, however often its event is delivered. */
export function createShipping(timeline: Timeline) {
  const shipped = new Set<string>()
  // #region idempotent
  const handle: Handle = async (record, commit) => {
    const { eventId, orderId } = decode(record)
    if (shipped.has(eventId)) {
      const detail = `${orderId}, known: not shipped again`
      timeline.add('shipping', 'redelivered', record, detail)
    } else {
      // In a database: the effect and the event's id in one transaction.
      shipped.add(eventId)
      timeline.add('shipping', 'shipped', record, orderId)
    }
    await commit()
  }
  // #endregion
  return { handle, shipped }
}
