import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { openBroker } from './broker/broker.ts'
import {
  connect,
  FencedError,
  TooLargeError,
  type Bus,
  type BusRecord,
  type Open,
} from './bus.ts'
import { createTopics } from './client/topics.ts'
import { memoryFolder } from './log/memory-files.ts'
import { withDeadLetters } from './service/dead-letters.ts'
import { runDemo } from './service/demo.ts'
import { decode } from './service/orders.ts'
import { createTimeline } from './service/timeline.ts'

/** Starts a broker with the topics of the demo. It runs until the test ends. */
async function startBroker(t: TestContext) {
  const broker = await openBroker(memoryFolder(), { leaseMs: 500 })
  const open: Open = async () => {
    const [ours, theirs] = duplexPair()
    broker.accept(theirs)
    return ours
  }
  await createTopics(open, ['orders', 'orders.dlq'])
  const buses: Bus[] = []
  t.after(async () => {
    await Promise.all(buses.map((bus) => bus.close()))
    await broker.close()
  })
  return async () => {
    const bus = await connect(open)
    buses.push(bus)
    return bus
  }
}

const record = { key: 'o-1', value: Uint8Array.of(0, 128, 255) }
const from = { topic: 'orders', group: 'g' }

test('the demo ships each order once and replays all of them', async (t) => {
  const bus = await (await startBroker(t))()
  const timeline = createTimeline(() => {})
  const { shipped, totals } = await runDemo(bus, timeline)
  assert.deepEqual([shipped.size, totals.size], [4, 4])
  const count = (action: string) =>
    timeline.lines.filter((line) => line.includes(`  ${action}  `)).length
  assert.deepEqual([count('shipped'), count('redelivered')], [4, 1])
})

test('offsets increase by one in the order of the publish calls', async (t) => {
  const bus = await (await startBroker(t))()
  const calls = Array.from({ length: 300 }, () => bus.publish('orders', record))
  const offsets = (await Promise.all(calls)).map(({ offset }) => offset)
  assert.deepEqual(
    offsets,
    Array.from(calls, (_, i) => BigInt(i)),
  )
})

test('a member on standby resumes at the commit of the member before it', async (t) => {
  const connectToBroker = await startBroker(t)
  const [a, b] = [await connectToBroker(), await connectToBroker()]
  const handled: string[] = []
  const both = Promise.withResolvers<void>()
  const last = Promise.withResolvers<void>()
  const first = await a.subscribe(from, async ({ offset }, commit) => {
    handled.push(`a${offset}`)
    if (offset === 0n) await commit()
    if (offset === 1n) both.resolve()
  })
  await b.subscribe(from, async ({ offset }, commit) => {
    handled.push(`b${offset}`)
    await commit()
    if (offset === 2n) last.resolve()
  })
  for (let i = 0; i < 2; i++) await a.publish('orders', record)
  await both.promise
  await first.stop()
  await b.publish('orders', record)
  await last.promise
  assert.deepEqual(handled, ['a0', 'a1', 'b1', 'b2'])
})

test('a commit rejects after its handler has returned', async (t) => {
  const bus = await (await startBroker(t))()
  await bus.publish('orders', record)
  const delivered = Promise.withResolvers<() => Promise<void>>()
  const subscription = await bus.subscribe(from, async (_, commit) =>
    delivered.resolve(commit),
  )
  const commit = await delivered.promise
  await subscription.stop()
  await assert.rejects(commit, FencedError)
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
  await bus.subscribe(from, handle)
  await bus.subscribe(
    { topic: 'orders.dlq', group: 'dead-letters' },
    async (record) => received.resolve(record),
  )
  return received.promise
}

test('a dead letter is the record as it was received, with five more headers', async (t) => {
  const bus = await (await startBroker(t))()
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

test('a handler that rejects ends its subscription with that error', async (t) => {
  const bus = await (await startBroker(t))()
  await bus.publish('orders', record)
  const { ended } = await bus.subscribe(from, async () => {
    throw new Error('no stock')
  })
  await assert.rejects(ended, { message: 'no stock' })
})

test('a record that fits in no batch is rejected, and the next one is stored', async (t) => {
  const bus = await (await startBroker(t))()
  const large = { key: '', value: Buffer.alloc(4 * 1024 * 1024 - 64) }
  await assert.rejects(bus.publish('orders', large), {
    code: 'ERR_BUS_TOO_LARGE',
  })
  assert.equal((await bus.publish('orders', record)).offset, 0n)
})

test('a record of the largest size becomes a dead letter without more headers', async (t) => {
  const bus = await (await startBroker(t))()
  // A batch takes 64 bytes, a record 8.
  const value = Buffer.alloc(4 * 1024 * 1024 - 72)
  await bus.publish('orders', { key: '', value })
  const larger = { key: 'k', value }
  await assert.rejects(bus.publish('orders', larger), TooLargeError)
  const letter = await receiveDeadLetter(bus)
  assert.deepEqual([letter.headers, letter.value], [[], value])
})

test('a missing topic is an error that names the command to create it', async (t) => {
  const bus = await (await startBroker(t))()
  const message = /no topic "order"\. Create it with: npm run topic -- order$/
  await assert.rejects(bus.publish('order', record), { message })
  const elsewhere = bus.subscribe({ ...from, topic: 'order' }, async () => {})
  await assert.rejects(elsewhere, { message })
})

test('an unreachable broker is an error that names the command and BUS', async () => {
  await assert.rejects(connect({ host: '127.0.0.1', port: 1 }), {
    message: /No broker answers at 127\.0\.0\.1:1\. .*npm run broker.*BUS/,
  })
})
