import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  readHeader,
  type Bus,
  type NewRecord,
  type Subscription,
} from '../bus.ts'
import { replay } from './analytics.ts'
import { withDeadLetters } from './dead-letters.ts'
import { encode } from './orders.ts'
import { createShipping } from './shipping.ts'
import type { Timeline } from './timeline.ts'

/**
 * Runs the demo that README.md describes. The topics must exist. Rejects when
 * a subscription fails during the demo; `ended` rejects when one fails later.
 */
export async function runDemo(bus: Bus, timeline: Timeline) {
  const runId = randomUUID().slice(0, 8)
  const { handle, shipped } = createShipping(timeline)
  const shippingGroup = { topic: 'orders', group: `shipping-${runId}` }

  const publish = async (record: NewRecord, detail: string) => {
    const position = await bus.publish('orders', record)
    timeline.add('orders', 'published', position, detail)
    return position
  }
  const eventIds: string[] = []
  const placeOrder = async (
    orderId: string,
    totalCents: number,
    currency?: string,
  ) => {
    const event = { eventId: `${runId}-${orderId}`, orderId, totalCents }
    eventIds.push(event.eventId)
    if (!currency) return publish(encode(event), orderId)
    const detail = `${orderId}, version 2 with currency`
    return publish(encode({ ...event, currency }), detail)
  }

  timeline.step('Two orders are placed. No consumer is running yet.')
  await placeOrder('o-1', 100)
  await placeOrder('o-2', 200)

  timeline.step('Shipping ships an order and fails before it commits.')
  const failing = await bus.subscribe(shippingGroup, (record) =>
    handle(record, async () => {
      throw new Error('failed before the commit')
    }),
  )
  await failing.ended.catch(({ message }) =>
    timeline.add('shipping', 'failed', undefined, message),
  )

  timeline.step('More orders: one in a newer version, one unreadable.')
  await placeOrder('o-3', 300)
  await placeOrder('o-4', 400, 'EUR')
  const poison = { key: 'o-5', value: 'poison' }
  const { partition, offset } = await publish(poison, 'o-5, unreadable')

  timeline.step('Shipping resumes at its last commit, with dead letters.')
  let foundPoison = false
  const deadLetters = await bus.subscribe(
    { topic: 'orders.dlq', group: `dead-letters-${runId}` },
    async (record, commit) => {
      const read = (name: string) => readHeader(record, name)
      const origin = `${read('origin-topic')}/${read('origin-partition')}@${read('origin-offset')}`
      const detail = `${origin}, ${read('attempts')} attempts: ${read('error')}`
      timeline.add('support', 'dead letter', record, detail)
      await commit()
      foundPoison ||= origin === `orders/${partition}@${offset}`
    },
  )
  const shipping = await bus.subscribe(
    shippingGroup,
    withDeadLetters(bus, handle),
  )
  const isAllShipped = () => eventIds.every((id) => shipped.has(id))
  await waitUntil(() => foundPoison && isAllShipped(), deadLetters, shipping)
  timeline.add('shipping', 'caught up', undefined, `${shipped.size} shipped`)

  timeline.step('Analytics starts late and replays the history.')
  const { totals, subscription: analytics } = await replay(
    bus,
    `analytics-${runId}`,
    timeline,
  )
  await waitUntil(() => eventIds.every((id) => totals.has(id)), analytics)
  timeline.add('analytics', 'caught up', undefined, `${totals.size} orders`)

  const running = [deadLetters, shipping, analytics]
  const ended = Promise.all(running.map((subscription) => subscription.ended))
  return { shipped, totals, ended }
}

/** Polls until `isDone`. Rejects when one of the subscriptions fails. */
async function waitUntil(
  isDone: () => boolean,
  ...subscriptions: Subscription[]
) {
  const ended = subscriptions.map((subscription) => subscription.ended)
  while (!isDone()) await Promise.race([...ended, sleep(20)])
}
