import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { connect, readHeader, type BusRecord } from '../src/bus.ts'
import { startDevBroker } from '../dev-broker/server.ts'
import { importLog } from './import-log.ts'

const everyByte = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i))

const record = (offset: number, other: object = {}) => ({
  type: 'record',
  topic: 'orders',
  offset: String(offset),
  time: '2025-11-27T06:00:00.000Z',
  // JSON may contain U+2028, which some line readers take for a line end.
  key: `鍵\u2028${offset % 7}`,
  headers: [
    ['type', 'OrderPlaced'],
    ['offset', String(offset)],
  ],
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

/** Starts a broker and connects a bus. Both run until the test ends. */
async function startCluster(t: TestContext) {
  const broker = await startDevBroker({ port: 0 })
  const settings = { brokers: [`127.0.0.1:${broker.port}`] }
  const bus = await connect(settings)
  t.after(async () => {
    await bus.close()
    await broker.close()
  })
  const load = (lines: unknown[], only?: string[]) =>
    importLog(settings, toChunks(lines), only)
  return { bus, settings, load }
}

/** Like a pipe, yields chunks that may end anywhere in a line. */
async function* toChunks(lines: unknown[]) {
  const text = lines.map((line) =>
    typeof line === 'string' ? line : JSON.stringify(line),
  )
  const input = text.join('\n')
  for (let start = 0; start < input.length; start += 9999) {
    yield input.slice(start, start + 9999)
  }
}

/** Publishes an end record to each of the four partitions of `orders`. */
async function markEnds({ bus }: Awaited<ReturnType<typeof startCluster>>) {
  const marked = new Set<number>()
  for (let i = 0; marked.size < 4; i++) {
    const end = { key: `end-${i}`, value: new Uint8Array() }
    marked.add((await bus.publish('orders', end)).partition)
  }
}

/** Reads what a group has not handled, up to the end records. */
async function readToEnds(
  { bus }: Awaited<ReturnType<typeof startCluster>>,
  group: string,
) {
  const records: BusRecord[] = []
  const ended = new Set<number>()
  const allEnded = Promise.withResolvers<void>()
  const from = { topic: 'orders', group }
  const subscription = await bus.subscribe(from, async (record) => {
    if (!String(record.key).startsWith('end-')) records.push(record)
    else if (ended.add(record.partition).size === 4) allEnded.resolve()
  })
  await Promise.race([allEnded.promise, subscription.ended])
  await subscription.stop()
  return records
}

const offsetsOf = (records: BusRecord[]) =>
  records.map((record) => Number(readHeader(record, 'offset')))

test('each group resumes with exactly the records that it has not handled', async (t) => {
  const cluster = await startCluster(t)
  // Many batches, without the first 5 records, whose segment was deleted.
  const imported = await cluster.load([
    ...range(5, 2000).map((offset) => record(offset)),
    ...[group('behind', 0), group('half', 1003), group('done', 2000)],
  ])
  const topic = { topic: 'orders', records: 1995, partitions: 4 }
  assert.deepEqual(imported.topics, [topic])
  await markEnds(cluster)
  const positions: [string, number][] = [
    ['behind', 5],
    ['half', 1003],
    ['done', 2000],
    ['new', 5],
  ]
  for (const [group, next] of positions) {
    const records = await readToEnds(cluster, group)
    const offsets = offsetsOf(records).sort((a, b) => a - b)
    assert.deepEqual(offsets, range(next, 2000), group)
  }
})

test('an import keeps the order and partition of each key', async (t) => {
  const cluster = await startCluster(t)
  await cluster.load(range(0, 100).map((n) => record(n)))
  const { key } = record(3)
  // The bus must publish later records of the key to the same partition.
  const { partition } = await cluster.bus.publish('orders', {
    key,
    headers: [['offset', '101']],
    value: everyByte,
  })
  await markEnds(cluster)
  const records = await readToEnds(cluster, 'g')
  const same = records.filter((record) => String(record.key) === key)
  const expected = range(0, 15).map((n) => 3 + 7 * n)
  assert.deepEqual(offsetsOf(same), expected)
  assert.ok(same.every((record) => record.partition === partition))
})

test('an import keeps key, headers and value byte for byte', async (t) => {
  const cluster = await startCluster(t)
  const key = '鍵\u2028'
  const value = everyByte.toString('base64')
  const lines = [
    { key: { base64: value }, headers: [['n', { base64: value }]], value },
    { key: '', headers: [['', '']], value: '' },
    {
      key: null,
      headers: [
        ['n', null],
        ['n', key],
        ['n', key],
      ],
      value: null,
    },
    // The lean bus has printed headers as an object before.
    { key, headers: { n: key }, value },
  ]
  await cluster.load(lines.map((line, i) => record(i, line)))
  await markEnds(cluster)
  const [n, text, none] = [Buffer.from('n'), Buffer.from(key), Buffer.alloc(0)]
  const expected = [
    [everyByte, [[n, everyByte]], everyByte],
    [none, [[none, none]], none],
    [
      null,
      [
        [n, null],
        [n, text],
        [n, text],
      ],
      null,
    ],
    [text, [[n, text]], everyByte],
  ]
  const records = await readToEnds(cluster, 'g')
  const imported = records.map(({ key, headers, value }) => [
    key,
    headers,
    value,
  ])
  assert.equal(imported.length, expected.length)
  for (const one of expected) {
    assert.ok(imported.some((other) => isDeepStrictEqual(one, other)))
  }
})

test('only the named topics are imported', async (t) => {
  const { bus, load } = await startCluster(t)
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

test('a topic that holds records is rejected and not changed', async (t) => {
  const cluster = await startCluster(t)
  await cluster.load([record(0)])
  await assert.rejects(cluster.load([record(0), group('g', 1)]), {
    message: /^Topic "orders" holds records.*\nNothing was written\.$/,
  })
  await markEnds(cluster)
  assert.deepEqual(offsetsOf(await readToEnds(cluster, 'g')), [0])
})

test('an import into a group with members is rejected', async (t) => {
  const { bus, load } = await startCluster(t)
  await load([group('other', 0)])
  const member = { topic: 'orders', group: 'g' }
  await bus.subscribe(member, (_, commit) => commit())
  await assert.rejects(load([record(0), group('g', 0)]), {
    message:
      /^Group "g" has members.* Stop the members\.\n"orders" is partly imported/,
  })
})

test('an invalid line is an error that names the line number', async (t) => {
  const { bus, load } = await startCluster(t)
  const invalid: [unknown, RegExp][] = [
    ['> inspect', /Unexpected token.* --silent inspect -- --json/],
    [null, /"type" is not record or group/],
    [record(1, { type: 'topic' }), /"type" is not record or group/],
    [record(1, { topic: '' }), /"topic" is not a name/],
    [record(1, { offset: 1 }), /"offset" is not a decimal number in quotes/],
    [record(1, { time: '2026' }), /"time" is not a time such as/],
    [record(1, { key: 1 }), /"key" is not text, {"base64": "…"} or null/],
    [record(1, { key: { base64: 'AA=' } }), /"key" is not base64/],
    [record(1, { headers: { a: 1 } }), /"headers" is not text/],
    [record(1, { headers: [['a']] }), /"headers" is not an array of names/],
    [record(1, { headers: [[null, 'a']] }), /"headers" is not an array of/],
    [record(1, { headers: null }), /"headers" is not an array of names/],
    [record(1, { value: 'AA=' }), /"value" is not base64/],
    [record(2), /"orders" has offset 2 where 1 is expected/],
    [group('', 0), /"group" is not a name/],
    [group('g', -1), /"next" is not a decimal number in quotes/],
    [group('g', 2), /group "g" is at 2, but "orders" ends at 1/],
  ]
  for (const [line, message] of invalid) {
    await assert.rejects(
      load([record(0), line]),
      (error: Error) =>
        message.test(error.message) &&
        /^Line 2: .*\nNothing was written\.$/.test(error.message),
    )
  }
  const late = [record(0), group('g', 0), record(1)]
  await assert.rejects(load(late), {
    message: /^Line 3: a record of "orders" follows its groups/,
  })
})

test('an import fails when another producer writes to the topic', async (t) => {
  const { bus, settings } = await startCluster(t)
  async function* input() {
    yield* toChunks(range(0, 2000).map((offset) => record(offset)))
    for (let i = 0; i < 10; i++) {
      await bus.publish('orders', { key: `other-${i}`, value: everyByte })
    }
    yield* toChunks(['', ...range(2000, 2100).map((offset) => record(offset))])
  }
  await assert.rejects(importLog(settings, input()), {
    message:
      /^"orders" holds records that are not from this import.*\n.*records: at least 1\d\d\d/,
  })
})

test('an import that fails says how much is written and how to start over', async (t) => {
  const { load } = await startCluster(t)
  const lines = range(0, 2000).map((offset) => record(offset))
  await assert.rejects(load([...lines, record(2001), group('g', 0)]), {
    message:
      /^Line 2001: .*\n"orders" is partly imported, records: 1\d\d\d\. To start over, delete it: kafka-topics\.sh .*--delete --topic orders$/,
  })
})
