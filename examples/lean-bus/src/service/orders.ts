import { readHeader, type BusRecord, type NewRecord } from '../bus.ts'

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
    value: JSON.stringify(event),
    headers: [
      ['type', 'OrderPlaced'],
      ['version', version],
    ],
  }
}
// #endregion

// #region tolerant-reader
/**
 * Reads the fields of version 1 and ignores those that later versions add.
 *
 * @throws Error when there is no value, or a field of version 1 is missing or
 *   has another type
 */
export function decode(record: BusRecord): OrderPlaced {
  if (record.value === null) throw new Error('The record has no value')
  const { eventId, orderId, totalCents } = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(record.value),
  )
  if (
    typeof eventId !== 'string' ||
    typeof orderId !== 'string' ||
    !Number.isSafeInteger(totalCents)
  ) {
    throw new Error(
      `This OrderPlaced, version ${readHeader(record, 'version')}, lacks fields of version 1: eventId, orderId, totalCents`,
    )
  }
  return { eventId, orderId, totalCents }
}
// #endregion
