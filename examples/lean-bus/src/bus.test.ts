import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { connect, FencedError, type BusRecord, type Open } from './bus.ts'
import { withDeadLetters } from './service/dead-letters.ts'
import { runDemo } from './service/demo.ts'
import { memoryFolder } from './log/memory-files.ts'
import { decode } from './service/orders.ts'
import { openBroker } from './broker/broker.ts'
import { createTimeline } from './service/timeline.ts'
import { createTopics } from './client/topics.ts'

/** A broker of its own, with its topics, until the test ends. */
async function place(t: TestContext) {
  const broker = await openBroker(memoryFolder(), { leaseMs: 500 })
  const open: Open = async () => {
    const [ours, theirs] = duplexPair()
    broker.accept(theirs)
    return ours
  }
  await createTopics(open, ['orders', 'orders.dlq'])
  const buses: Awaited<ReturnType<typeof connect>>[] = []
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

test('the demo ships each order once and replays them all', async (t) => {
  const bus = await (await place(t))()
  const timeline = createTimeline(() => {})
  const { shipped, totals } = await runDemo(bus, timeline)
  assert.deepEqual([shipped.size, totals.size], [4, 4])
  const said = (what: string) =>
    timeline.lines.filter((line) => line.includes(`  ${what}  `)).length
  assert.deepEqual([said('shipped'), said('redelivered')], [4, 1])
})

test('offsets count up in the order of the calls', async (t) => {
  const bus = await (await place(t))()
  const calls = Array.from({ length: 300 }, () => bus.publish('orders', record))
  const offsets = (await Promise.all(calls)).map(({ offset }) => offset)
  assert.deepEqual(
    offsets,
    Array.from(calls, (_, i) => BigInt(i)),
  )
})

test('one member works, the other stands by and goes on at the commit', async (t) => {
  const connectTo = await place(t)
  const [a, b] = [await connectTo(), await connectTo()]
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

test('a commit after its handler has returned is refused', async (t) => {
  const bus = await (await place(t))()
  await bus.publish('orders', record)
  const given = Promise.withResolvers<() => Promise<void>>()
  const subscription = await bus.subscribe(from, async (_, commit) =>
    given.resolve(commit),
  )
  const commit = await given.promise
  await subscription.stop()
  await assert.rejects(commit, FencedError)
})

test('a poison record becomes a letter, then is committed', async (t) => {
  const bus = await (await place(t))()
  const { offset } = await bus.publish('orders', record)
  const letter = Promise.withResolvers<BusRecord>()
  let tries = 0
  const handle = withDeadLetters(bus, async (record) => {
    tries++
    decode(record)
  })
  await bus.subscribe(from, handle)
  await bus.subscribe(
    { topic: 'orders.dlq', group: 'letters' },
    async (record) => letter.resolve(record),
  )
  const { value, headers } = await letter.promise
  assert.deepEqual(Uint8Array.from(value), record.value)
  assert.equal(tries, 3)
  assert.equal(headers['origin-offset'], String(offset))
  assert.equal(headers['attempts'], '3')
})

test('a handler that rejects ends its subscription with that error', async (t) => {
  const bus = await (await place(t))()
  await bus.publish('orders', record)
  const { ended } = await bus.subscribe(from, async () => {
    throw new Error('no stock')
  })
  await assert.rejects(ended, { message: 'no stock' })
})

test('a record that no batch has room for is refused, and nothing else', async (t) => {
  const bus = await (await place(t))()
  const large = { key: '', value: Buffer.alloc(4 * 1024 * 1024 - 64) }
  const refused = { code: 'RECORD_TOO_LARGE' }
  await assert.rejects(bus.publish('orders', large), refused)
  assert.equal((await bus.publish('orders', record)).offset, 0n)
})

test('a missing topic names the command that makes it', async (t) => {
  const bus = await (await place(t))()
  const message = /no topic "order"\. Make it with: npm run topic -- order$/
  await assert.rejects(bus.publish('order', record), { message })
  const elsewhere = bus.subscribe({ ...from, topic: 'order' }, async () => {})
  await assert.rejects(elsewhere, { message })
})

test('a broker that is not there names the command and the setting', async () => {
  await assert.rejects(connect({ host: '127.0.0.1', port: 1 }), {
    message: /No broker answers at 127\.0\.0\.1:1\. .*npm run broker.*BUS/,
  })
})
