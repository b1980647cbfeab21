import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startDevBroker } from '../dev-broker/server.ts'
import {
  connect,
  FencedError,
  TooLargeError,
  type Bus,
  type BusRecord,
} from './bus.ts'
import { withDeadLetters } from './service/dead-letters.ts'
import { runDemo } from './service/demo.ts'
import { decode } from './service/orders.ts'
import { createTimeline } from './service/timeline.ts'
import { createTopics } from './topics.ts'

/** Starts a broker with the topics of the demo. It runs until the test ends. */
async function startCluster(t: TestContext) {
  const broker = await startDevBroker({ port: 0 })
  const settings = { brokers: [`127.0.0.1:${broker.port}`] }
  await createTopics(settings, ['orders', 'orders.dlq'])
  const buses: Bus[] = []
  t.after(async () => {
    await Promise.all(buses.map((bus) => bus.close()))
    await broker.close()
  })
  return async () => {
    const bus = await connect(settings)
    buses.push(bus)
    return bus
  }
}

const record = { key: 'o-1', value: Uint8Array.of(0, 128, 255) }
const from = { topic: 'orders', group: 'g' }

test('the demo ships each order once and replays all of them', async (t) => {
  const bus = await (await startCluster(t))()
  const timeline = createTimeline(() => {})
  const { shipped, totals } = await runDemo(bus, timeline)
  assert.deepEqual([shipped.size, totals.size], [4, 4])
  const count = (action: string) =>
    timeline.lines.filter((line) => line.includes(`  ${action}  `)).length
  assert.deepEqual([count('shipped'), count('redelivered')], [4, 1])
})

test('a member that lost its partition cannot move the offset back', async (t) => {
  const connectToCluster = await startCluster(t)
  const [a, b] = [await connectToCluster(), await connectToCluster()]
  await a.publish('orders', record)
  const delivered = Promise.withResolvers<() => Promise<void>>()
  const rejected = Promise.withResolvers<unknown>()
  const hold = Promise.withResolvers<void>()
  await a.subscribe(from, async (_, commit) => {
    delivered.resolve(commit)
    await hold.promise
    await commit().catch(rejected.resolve)
  })
  const commit = await delivered.promise
  // Joining starts a new generation, in which A's client takes part.
  const member = await b.subscribe(from, async (_, commit) => commit())
  hold.resolve()
  assert.ok((await rejected.promise) instanceof FencedError)
  await assert.rejects(commit, { code: 'ERR_BUS_FENCED' })
  await member.stop()
})

/** Consumes `orders` with dead letters. Resolves with the first of them. */
async function receiveDeadLetter(
  bus: Bus,
  onAttempt: () => unknown = () => {},
) {
  const received = Promise.withResolvers<BusRecord>()
  const handle = withDeadLetters(bus, async (record) => {
    onAttempt()
    decode(record)
  })
  const { ended } = await bus.subscribe(from, handle)
  ended.catch(received.reject)
  await bus.subscribe(
    { topic: 'orders.dlq', group: 'dead-letters' },
    async (record) => received.resolve(record),
  )
  return received.promise
}

test('a dead letter is the record as it was received, with five more headers', async (t) => {
  const bus = await (await startCluster(t))()
  const headers: BusRecord['headers'] = [
    [Buffer.from('version'), null],
    [Buffer.from('version'), Buffer.of(0, 255)],
    [Buffer.from(''), Buffer.from('')],
  ]
  const tombstone = { key: null, value: null, headers }
  const { partition, offset } = await bus.publish('orders', tombstone)
  let attempts = 0
  const letter = await receiveDeadLetter(bus, () => attempts++)
  assert.deepEqual([letter.key, letter.value], [null, null])
  assert.deepEqual(letter.headers.slice(0, -5), headers)
  assert.deepEqual(
    letter.headers.slice(-5).map((pair) => pair.map(String)),
    [
      ['origin-topic', 'orders'],
      ['origin-partition', String(partition)],
      ['origin-offset', String(offset)],
      ['error', 'Error: The record has no value'],
      ['attempts', '3'],
    ],
  )
  assert.equal(attempts, 3)
})

test('a record of the largest size becomes a dead letter without more headers', async (t) => {
  const bus = await (await startCluster(t))()
  // 1,048,588 bytes are allowed. A batch of one record takes 72 of them.
  const value = Buffer.alloc(1_048_516)
  await bus.publish('orders', { key: '', value })
  const larger = { key: 'k', value }
  await assert.rejects(bus.publish('orders', larger), TooLargeError)
  const letter = await receiveDeadLetter(bus)
  assert.deepEqual([letter.headers, letter.value], [[], value])
})

test('a missing topic is an error that names the command to create it', async (t) => {
  const bus = await (await startCluster(t))()
  await assert.rejects(bus.publish('order', record), {
    message: /no topic "order"\. Create it with: npm run topic -- order$/,
  })
})

test('a topic whose name collides with another one is an error that names both', async (t) => {
  const broker = await startDevBroker({ port: 0 })
  t.after(() => broker.close())
  const settings = { brokers: [`127.0.0.1:${broker.port}`] }
  await createTopics(settings, ['shop.events', 'shop_orders', 'shop.events'])
  await assert.rejects(createTopics(settings, ['shop_events']), {
    message:
      /has the topic "shop\.events", .* mix it up with "shop_events"\. Choose a name/,
  })
})

test('an unreachable cluster is an error that names KAFKA_BROKERS', async () => {
  await assert.rejects(createTopics({ brokers: ['127.0.0.1:1'] }, ['orders']), {
    message: /127\.0\.0\.1:1 cannot be reached\. Check KAFKA_BROKERS/,
  })
})
