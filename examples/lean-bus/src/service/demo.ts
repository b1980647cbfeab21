import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { replay } from './analytics.ts'
import type { Bus, NewRecord, Subscription } from '../bus.ts'
import { withDeadLetters } from './dead-letters.ts'
import { encode } from './orders.ts'
import { createShipping } from './shipping.ts'
import type { Timeline } from './timeline.ts'

/**
 * The story of README.md, on a bus whose topics are there. Rejects when a
 * subscription ends in the middle; `ended` does when one ends later.
 */
export async function runDemo(bus: Bus, timeline: Timeline) {
  const run = randomUUID().slice(0, 8)
  const { handle, shipped } = createShipping(timeline)
  const shippingGroup = { topic: 'orders', group: `shipping-${run}` }

  const publish = async (record: NewRecord, detail: string) => {
    const position = await bus.publish('orders', record)
    timeline.add('orders', 'published', position, detail)
    return position
  }
  const events: string[] = []
  const place = async (orderId: string, totalCents: number, currency = '') => {
    const event = { eventId: `${run}-${orderId}`, orderId, totalCents }
    events.push(event.eventId)
    if (!currency) return publish(encode(event), orderId)
    const detail = `${orderId}, version 2 with currency`
    return publish(encode({ ...event, currency }), detail)
  }

  timeline.step('Two orders are placed. Nobody has to listen yet.')
  await place('o-1', 100)
  await place('o-2', 200)

  timeline.step('Shipping fails after the effect, before the commit.')
  const failing = await bus.subscribe(shippingGroup, (record) =>
    handle(record, async () => {
      throw new Error('the commit is never sent')
    }),
  )
  await failing.ended.catch(({ message }) =>
    timeline.add('shipping', 'failed', undefined, message),
  )

  timeline.step('Meanwhile: a newer version, and what nobody can read.')
  await place('o-3', 300)
  await place('o-4', 400, 'EUR')
  const poison = { key: 'o-5', value: new TextEncoder().encode('poison') }
  const { partition, offset } = await publish(poison, 'o-5, not readable')

  timeline.step('Shipping is back: at its last commit, with dead letters.')
  let buried = false
  const letters = await bus.subscribe(
    { topic: 'orders.dlq', group: `letters-${run}` },
    async (record, commit) => {
      const { headers } = record
      const from = `${headers['origin-topic']}/${headers['origin-partition']}@${headers['origin-offset']}`
      const detail = `${from}, ${headers.attempts} attempts: ${headers.error}`
      timeline.add('letters', 'dead letter', record, detail)
      await commit()
      buried ||= from === `orders/${partition}@${offset}`
    },
  )
  const shipping = await bus.subscribe(
    shippingGroup,
    withDeadLetters(bus, handle),
  )
  const allShipped = () => events.every((id) => shipped.has(id))
  await until(() => buried && allShipped(), letters, shipping)
  timeline.add('shipping', 'caught up', undefined, `${shipped.size} shipped`)

  timeline.step('Analytics joins late and replays the history.')
  const { totals, subscription } = await replay(
    bus,
    `analytics-${run}`,
    timeline,
  )
  await until(() => events.every((id) => totals.has(id)), subscription)
  timeline.add('analytics', 'caught up', undefined, `${totals.size} orders`)

  const running = [letters, shipping, subscription]
  const ended = Promise.all(running.map((subscription) => subscription.ended))
  return { shipped, totals, ended }
}

/** Waits for what handlers bring about, or rejects with what ended them. */
async function until(done: () => boolean, ...by: Subscription[]) {
  const ended = by.map((subscription) => subscription.ended)
  while (!done()) await Promise.race([...ended, sleep(20)])
}
