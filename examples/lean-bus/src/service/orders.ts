import type { BusRecord, NewRecord } from '../bus.ts'

/** An order was placed. Version 2 adds `currency`; version 1 meant euros. */
export interface OrderPlaced {
  /** Unique per event, so that consumers can recognize a redelivery. */
  eventId: string
  orderId: string
  totalCents: number
  currency?: string
}

// #region order-per-key
/** Uses the order's ID as the key, so the events of an order stay in order. */
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
 * Reads the fields of version 1 and ignores those that later versions add.
 *
 * @throws Error when a field of version 1 is missing or has another type
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
      `This OrderPlaced, version ${headers.version}, lacks fields of version 1: eventId, orderId, totalCents`,
    )
  }
  return { eventId, orderId, totalCents }
}
// #endregion
