import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { replay } from './analytics.ts'
import type { Bus } from './bus.ts'
import { withDeadLetters } from './dead-letters.ts'
import { encode, type OrderPlaced } from './orders.ts'
import { createShipping } from './shipping.ts'
import type { Timeline } from './timeline.ts'

/** The story of README.md, on a bus whose topics are there. */
export async function runDemo(bus: Bus, timeline: Timeline) {
  const { handle, shipped } = createShipping(timeline)
  const run = randomUUID().slice(0, 8)
  const from = { topic: 'orders', group: `shipping-${run}` }
  const place = async (number: number, currency?: string) => {
    const eventId = `${run}-${number}`
    const order = { eventId, orderId: `o-${number}`, totalCents: number * 100 }
    const event: OrderPlaced = currency ? { ...order, currency } : order
    const position = await bus.publish('orders', encode(event))
    timeline.add('orders', 'published', position, event.orderId)
    return eventId
  }
  const ships = async (ids: string[]) => {
    while (!ids.every((id) => shipped.has(id))) await sleep(20)
  }

  const first = [await place(1), await place(2)]
  const crashing = await bus.subscribe(from, (record) =>
    handle(record, async () => {
      throw new Error('fails between effect and commit')
    }),
  )
  await crashing.ended.catch((error) =>
    timeline.add('shipping', 'stopped', undefined, error.message),
  )
  const rest = [await place(3), await place(4, 'EUR')]
  const poison = { key: 'o-5', value: new TextEncoder().encode('poison') }
  const position = await bus.publish('orders', poison)
  timeline.add('orders', 'published', position, 'not readable')

  const letters = Promise.withResolvers<void>()
  await bus.subscribe(
    { topic: 'orders.dlq', group: `letters-${run}` },
    async (record, commit) => {
      timeline.add('letters', 'dead letter', record, record.headers.error)
      await commit()
      const { 'origin-partition': partition, 'origin-offset': offset } =
        record.headers
      if (
        partition === String(position.partition) &&
        offset === String(position.offset)
      ) {
        letters.resolve()
      }
    },
  )
  const shipping = await bus.subscribe(from, withDeadLetters(bus, handle))
  await Promise.all([ships([...first, ...rest]), letters.promise])
  timeline.add('shipping', 'caught up', undefined, `${shipped.size} shipped`)

  const { totals } = await replay(bus, `analytics-${run}`, timeline)
  while (![...first, ...rest].every((id) => totals.has(id))) await sleep(20)
  timeline.add('analytics', 'caught up', undefined, `${totals.size} orders`)
  return { shipping, shipped, totals }
}
