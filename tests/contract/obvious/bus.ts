/**
 * The obvious program behind the port: `for await (const message of stream)`, handle, `message.commit()`. A test shows that it
 * fails the contract: when the broker rejects its commit, the client joins the group again and repeats the commit as a new
 * member, which moves the group's committed offset back.
 */
import { Consumer, ProduceAcks, Producer } from '@platformatic/kafka'

import type { Bus } from '../../../contracts/bus/port.ts'

interface Settings {
  readonly brokers: string[]
  readonly sessionTimeoutMs?: number
}

/** Never thrown. `dead-letters.ts` imports both classes. */
export class FencedError extends Error {}
export class TooLargeError extends Error {}

/** `orders.ts` and `demo.ts` import this from the bus. The scene doesn't use it. */
export const readHeader = () => undefined

export async function connect(settings: Settings): Promise<Bus> {
  const client = { clientId: 'orders', bootstrapBrokers: settings.brokers }
  const producer = new Producer({ ...client, acks: ProduceAcks.ALL })
  const consumers = new Set<() => Promise<void>>()

  return {
    async publish(topic, { key, value }) {
      const message = { topic, key: Buffer.from(key ?? ''), value: Buffer.from(value ?? '') }
      const { offsets } = await producer.send({ messages: [message] })
      const [position] = offsets ?? []
      if (!position) throw new Error('Kafka acknowledged the record without a position.')
      return position
    },
    async subscribe({ topic, group }, handle) {
      const sessionTimeout = settings.sessionTimeoutMs ?? 6000
      const consumer = new Consumer({
        ...client,
        groupId: group,
        sessionTimeout,
        rebalanceTimeout: sessionTimeout,
        heartbeatInterval: 500,
        maxWaitTime: 200,
        autocommit: false,
      })
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'committed',
        fallbackMode: 'earliest',
      })
      const run = async () => {
        for await (const message of stream) {
          const { topic, partition, offset, key, value, headerEntries: headers } = message
          await handle({ topic, partition, offset, key, value, headers }, async () => {
            await message.commit()
          })
        }
      }
      const ended = run()
      ended.catch(() => {})
      const stop = async () => {
        stream.close().catch(() => {})
        await ended.catch(() => {})
        await consumer.close(true)
      }
      consumers.add(stop)
      return { ended, stop }
    },
    async close() {
      await Promise.all([...consumers].map((stop) => stop()))
      await producer.close()
    },
  }
}
