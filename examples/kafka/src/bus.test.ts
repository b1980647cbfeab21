import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { connect, FencedError, type BusRecord } from './bus.ts'
import { withDeadLetters } from './dead-letters.ts'
import { runDemo } from './demo.ts'
import { startBroker } from './dev-broker/server.ts'
import { decode } from './orders.ts'
import { createTimeline } from './timeline.ts'
import { createTopics } from './topics.ts'

/** A cluster of its own, with its topics, until the test ends. */
async function cluster(t: TestContext) {
  const broker = await startBroker({ port: 0 })
  const settings = { brokers: [`127.0.0.1:${broker.port}`] }
  await createTopics(settings, ['orders', 'orders.dlq'])
  const buses: Awaited<ReturnType<typeof connect>>[] = []
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

test('the demo ships each order once and replays them all', async (t) => {
  const bus = await (await cluster(t))()
  const timeline = createTimeline(() => {})
  const { shipped, totals } = await runDemo(bus, timeline)
  assert.deepEqual([shipped.size, totals.size], [4, 4])
  const said = (what: string) =>
    timeline.lines.filter((line) => line.includes(`  ${what}  `)).length
  assert.deepEqual([said('shipped'), said('redelivered')], [4, 1])
})

test('a member that lost its lease cannot move the group back', async (t) => {
  const connectTo = await cluster(t)
  const [a, b] = [await connectTo(), await connectTo()]
  await a.publish('orders', record)
  const given = Promise.withResolvers<() => Promise<void>>()
  const verdict = Promise.withResolvers<unknown>()
  const hold = Promise.withResolvers<void>()
  await a.subscribe(from, async (_, commit) => {
    given.resolve(commit)
    await hold.promise
    await commit().catch((error) => verdict.resolve(error))
  })
  const commit = await given.promise
  // Joining starts a new generation; A's client takes part by itself.
  const member = await b.subscribe(from, async (_, commit) => commit())
  hold.resolve()
  assert.ok((await verdict.promise) instanceof FencedError)
  await assert.rejects(commit, { code: 'ERR_BUS_FENCED' })
  await member.stop()
})

test('a poison record becomes a letter, then is committed', async (t) => {
  const bus = await (await cluster(t))()
  const { partition, offset } = await bus.publish('orders', record)
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
  assert.equal(headers['origin-partition'], String(partition))
  assert.equal(headers['origin-offset'], String(offset))
  assert.equal(headers['attempts'], '3')
})

test('a missing topic names the command that makes it', async (t) => {
  const bus = await (await cluster(t))()
  await assert.rejects(bus.publish('order', record), {
    message: /no topic "order"\. Make it with: npm run topic -- order$/,
  })
})

test('a cluster that is not there names the setting', async () => {
  await assert.rejects(createTopics({ brokers: ['127.0.0.1:1'] }, ['orders']), {
    message: /127\.0\.0\.1:1 cannot be reached\. Check KAFKA_BROKERS/,
  })
})
