import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { connect, type BusRecord } from '../src/bus.ts'
import { startDevBroker } from '../dev-broker/server.ts'
import { importLog } from './import-log.ts'

const everyByte = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i))

const record = (offset: number, other: object = {}) => ({
  type: 'record',
  topic: 'orders',
  offset: String(offset),
  time: '2025-11-27T06:00:00.000Z',
  // JSON may hold U+2028, which other readers of lines take for an end.
  key: `鍵\u2028${offset % 7}`,
  headers: { type: 'OrderPlaced', offset: String(offset) },
  value: everyByte.toString('base64'),
  ...other,
})
const group = (name: string, next: number, topic = 'orders') => ({
  type: 'group',
  topic,
  group: name,
  next: String(next),
})
const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, index) => start + index)

/** A broker with a bus on it, until the test ends. */
async function cluster(t: TestContext) {
  const broker = await startDevBroker({ port: 0 })
  const settings = { brokers: [`127.0.0.1:${broker.port}`] }
  const bus = await connect(settings)
  t.after(async () => {
    await bus.close()
    await broker.close()
  })
  const load = (lines: unknown[], only?: string[]) =>
    importLog(settings, chunks(lines), only)
  return { bus, settings, load }
}

/** Like a pipe: what is given at once ends anywhere in a line. */
async function* chunks(lines: unknown[]) {
  const text = lines.map((line) =>
    typeof line === 'string' ? line : JSON.stringify(line),
  )
  const all = text.join('\n')
  for (let at = 0; at < all.length; at += 9999) yield all.slice(at, at + 9999)
}

/** Ends each of the four partitions of orders with a record. */
async function markEnds({ bus }: Awaited<ReturnType<typeof cluster>>) {
  const marked = new Set<number>()
  for (let i = 0; marked.size < 4; i++) {
    const mark = { key: `end-${i}`, value: new Uint8Array() }
    marked.add((await bus.publish('orders', mark)).partition)
  }
}

/** All that a group is given before the ends that were marked. */
async function read(
  { bus }: Awaited<ReturnType<typeof cluster>>,
  group: string,
) {
  const given: BusRecord[] = []
  const ended = new Set<number>()
  const all = Promise.withResolvers<void>()
  const from = { topic: 'orders', group }
  const subscription = await bus.subscribe(from, async (record) => {
    if (!record.key.startsWith('end-')) given.push(record)
    else if (ended.add(record.partition).size === 4) all.resolve()
  })
  await Promise.race([all.promise, subscription.ended])
  await subscription.stop()
  return given
}

const offsetsOf = (records: BusRecord[]) =>
  records.map(({ headers }) => Number(headers.offset))

test('each group goes on with exactly what it has not handled', async (t) => {
  const it = await cluster(t)
  // Without the first 5, whose segment is gone; far more than one batch.
  const imported = await it.load([
    ...range(5, 2000).map((offset) => record(offset)),
    ...[group('behind', 0), group('half', 1003), group('done', 2000)],
  ])
  const topic = { topic: 'orders', records: 1995, partitions: 4 }
  assert.deepEqual(imported.topics, [topic])
  await markEnds(it)
  const rests: [string, number][] = [
    ['behind', 5],
    ['half', 1003],
    ['done', 2000],
    ['new', 5],
  ]
  for (const [group, next] of rests) {
    const given = offsetsOf(await read(it, group)).sort((a, b) => a - b)
    assert.deepEqual(given, range(next, 2000), group)
  }
})

test('keys keep their order and partition, and nothing changes', async (t) => {
  const it = await cluster(t)
  const empty = { key: '', headers: {}, value: '' }
  await it.load([...range(0, 100).map((n) => record(n)), record(100, empty)])
  const { key, headers } = record(3)
  // Partitioned by the bus: what follows has to follow there.
  const { partition } = await it.bus.publish('orders', {
    key,
    headers: { ...headers, offset: '101' },
    value: everyByte,
  })
  await markEnds(it)
  const given = await read(it, 'g')
  const same = given.filter((it) => it.key === key)
  const expected = range(0, 15).map((n) => 3 + 7 * n)
  assert.deepEqual(offsetsOf(same), expected)
  assert.ok(same.every((it) => it.partition === partition))
  assert.deepEqual([same[0]!.headers, same[0]!.value], [headers, everyByte])
  const blank = given.find(({ key }) => key === '')!
  assert.deepEqual([blank.headers, blank.value.length], [{}, 0])
})

test('only the topics that are named are imported', async (t) => {
  const { bus, load } = await cluster(t)
  const payments = { topic: 'payments' }
  const lines = [
    ...[record(0), group('g', 1)],
    ...[record(7, payments), record(8, payments), group('g', 8, 'payments')],
  ]
  const { topics, groups } = await load(lines, ['payments'])
  assert.deepEqual(topics, [{ ...payments, records: 2, partitions: 4 }])
  const { offsets } = groups[0]!
  assert.deepEqual([...offsets].sort(), [0n, 0n, 0n, 1n])
  assert.equal(groups.length, 1)
  const value = everyByte
  await assert.rejects(bus.publish('orders', { key: 'k', value }), /no topic/)
})

test('a topic that holds records is refused, and left as it is', async (t) => {
  const it = await cluster(t)
  await it.load([record(0)])
  await assert.rejects(it.load([record(0), group('g', 1)]), {
    message: /^Topic "orders" holds records.*\nNothing was written\.$/,
  })
  await markEnds(it)
  assert.deepEqual(offsetsOf(await read(it, 'g')), [0])
})

test('a group that has members is refused', async (t) => {
  const { bus, load } = await cluster(t)
  await load([group('other', 0)])
  const member = { topic: 'orders', group: 'g' }
  await bus.subscribe(member, (_, commit) => commit())
  await assert.rejects(load([record(0), group('g', 0)]), {
    message: /^Group "g" has members.* Stop them\.\n"orders" is half imported/,
  })
})

test('a line that is not expected is refused by its number', async (t) => {
  const { bus, load } = await cluster(t)
  const refused: [unknown, RegExp][] = [
    ['> inspect', /Unexpected token.* --silent inspect -- --json/],
    [null, /"type" is not record or group/],
    [record(1, { type: 'topic' }), /"type" is not record or group/],
    [record(1, { topic: '' }), /"topic" is not a name/],
    [record(1, { offset: 1 }), /"offset" is not a decimal number in quotes/],
    [record(1, { time: '2026' }), /"time" is not a time such as/],
    [record(1, { key: null }), /"key" is not a text/],
    [record(1, { headers: { a: 1 } }), /"headers" is not an object of texts/],
    [record(1, { headers: null }), /"headers" is not an object of texts/],
    [record(1, { value: 'AA=' }), /"value" is not base64/],
    [record(2), /offset 2 of "orders", after which 1 was due/],
    [group('', 0), /"group" is not a name/],
    [group('g', -1), /"next" is not a decimal number in quotes/],
    [group('g', 2), /group "g" is at 2, but "orders" ends at 1/],
  ]
  for (const [line, message] of refused) {
    await assert.rejects(
      load([record(0), line]),
      ({ message: it }) =>
        message.test(it) && /^Line 2: .*\nNothing was written\.$/.test(it),
    )
  }
  const late = [record(0), group('g', 0), record(1)]
  await assert.rejects(load(late), {
    message: /^Line 3: a record of "orders" after its groups/,
  })
})

test('another writer is noticed', async (t) => {
  const { bus, settings } = await cluster(t)
  async function* input() {
    yield* chunks(range(0, 2000).map((offset) => record(offset)))
    for (let i = 0; i < 10; i++) {
      await bus.publish('orders', { key: `other-${i}`, value: everyByte })
    }
    yield* chunks(['', ...range(2000, 2100).map((offset) => record(offset))])
  }
  await assert.rejects(importLog(settings, input()), {
    message:
      /^"orders" holds records that are not from here.*\n.*records: at least 1\d\d\d/,
  })
})

test('half an import says so, and how to start over', async (t) => {
  const { load } = await cluster(t)
  const lines = range(0, 2000).map((offset) => record(offset))
  await assert.rejects(load([...lines, record(2001), group('g', 0)]), {
    message:
      /^Line 2001: .*\n"orders" is half imported, records: 1\d\d\d\. To start over, delete it: kafka-topics\.sh .*--delete --topic orders$/,
  })
})
