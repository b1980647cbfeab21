import type { BusRecord, NewRecord } from '../bus.ts'

/** An order was placed. Version 2 adds `currency`; version 1 meant euros. */
export interface OrderPlaced {
  /** Known to no other event: what makes a second delivery recognisable. */
  eventId: string
  orderId: string
  totalCents: number
  currency?: string
}

// #region order-per-key
/** The order is the key, so that its events keep their order. */
export function encode(event: OrderPlaced): NewRecord {
  const version = event.currency === undefined ? '1' : '2'
  return {
    key: event.orderId,
    value: new TextEncoder().encode(JSON.stringify(event)),
    headers: { type: 'OrderPlaced', version },
  }
}
// #endregion

// #region tolerant-reader
/**
 * Reads what version 1 declares and passes over what later versions add.
 *
 * @throws Error when a field of version 1 is missing or of another type
 */
export function decode({ value, headers }: BusRecord): OrderPlaced {
  const { eventId, orderId, totalCents } = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(value),
  )
  if (
    typeof eventId !== 'string' ||
    typeof orderId !== 'string' ||
    !Number.isSafeInteger(totalCents)
  ) {
    throw new Error(
      `No OrderPlaced that version 1 can read: ${headers.version}`,
    )
  }
  return { eventId, orderId, totalCents }
}
// #endregion
