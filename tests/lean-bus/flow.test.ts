import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { batchesIn, recordsIn } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { subscribe as subscribeConsumer } from './model/consumer.ts'
import { createCondition } from './tools/condition.ts'
import { openInProcess, openPair, waitUntilStable, type InProcessPeer } from './tools/in-process.ts'
import { createPausableFolder } from './tools/pausable-folder.ts'
import { batchOf, createPeer, frame, hello, produce, readCode, type Peer } from './tools/peer.ts'
import { startTestBroker, type TestBroker } from './tools/test-broker.ts'

const kib = 1024
const mib = 1024 * kib

const subscribe = (correlation: number, group: string, id: number, credit: number) =>
  frame(types.SUBSCRIBE, correlation, text('orders'), text(group), u32(id), u32(credit))

/** Publishes 128 MiB and reads all of it. Expects that the broker uses less than 256 MiB meanwhile. */
async function publishAll(broker: TestBroker) {
  const producer = await openSession(await broker.connect())
  const [count, bytes, atOnce] = [2048, 64 * kib, 16]
  let most = 0
  for (let at = 0; at < count; at += atOnce) {
    const batches = Array.from({ length: atOnce }, (_none, i) =>
      producer.request(types.PRODUCE, text('orders'), batchOf(`${at + i}`, bytes)),
    )
    const offsets = (await Promise.all(batches)).map((answer) => answer.readBigUInt64BE())
    expect(offsets).toEqual(batches.map((_batch, i) => BigInt(at + i)))
    if (at % 128 === 0) most = Math.max(most, broker.residentBytes())
  }
  expect(most).toBeLessThan(256 * mib)
  const stat = await producer.request(types.STAT, text('orders'), text('none'))
  expect(Number(stat.readBigUInt64BE(8))).toBe(count)
  await expectAll(await openSession(await broker.connect()), count)
}

test('a broker that receives 128 MiB uses less than 256 MiB, though ten consumers never grant credit again', async () => {
  const broker = await startTestBroker()
  await createTopics(broker.address, ['orders'])
  const consumers = []
  for (let i = 0; i < 10; i++) {
    const session = await openSession(await broker.connect())
    const slow = { topic: 'orders', group: `slow-${i}`, credit: 4 * kib }
    consumers.push(await subscribeConsumer(session, slow))
  }
  await publishAll(broker)
  for (const { inbox } of consumers) expect(inbox.map(({ offset }) => offset)).toEqual([0])
})

test('a broker that receives 128 MiB uses less than 256 MiB, though ten consumers grant full credit and never read', async () => {
  const broker = await startTestBroker({ LEASE_MS: '60000' })
  await createTopics(broker.address, ['orders'])
  const subscribeDeaf = async (group: string) => {
    const peer = createPeer(await broker.connect())
    peer.stream.pause()
    peer.write(Buffer.concat([hello, subscribe(2, group, 7, 2 ** 32 - 1)]))
    return peer
  }
  const peer = await subscribeDeaf('deaf-0')
  for (let i = 1; i < 10; i++) await subscribeDeaf(`deaf-${i}`)
  await publishAll(broker)
  // A consumer that reads at last gets all records.
  peer.stream.resume()
  const all = numbers(0, 2048).reduce((sum, i) => sum + batchOf(`${i}`, 64 * kib).length, 0)
  const bytes = () => peer.frames.reduce((sum, { payload }) => sum + payload.length, 0)
  await peer.waitFor(() => bytes() >= all, 'all records')
  const offsets = listDeliveries(peer).flatMap(({ payload }) =>
    Array.from(batchesIn(payload), ({ header }) => Number(header.baseOffset)),
  )
  expect(offsets).toEqual(numbers(0, 2048))
})

const listDeliveries = ({ frames }: Peer) => frames.filter(({ type }) => type === types.DELIVER)

const waitForLease = ({ waitFor, frames }: Peer) =>
  waitFor(() => frames.some(({ type }) => type === types.ACTIVE), 'a lease')

/** Expects that a healthy consumer gets all records in order. */
async function expectAll(session: Session, count: number) {
  const { notify, waitFor } = createCondition()
  let next = 0
  let inOrder = true
  session.subscribers.set(7, {
    active: () => undefined,
    deliver(batches) {
      for (const { batch } of batchesIn(batches)) {
        for (const { key } of recordsIn(batch)) inOrder &&= String(key) === String(next++)
      }
      session.send(types.CREDIT, 0, u32(7), u32(batches.length))
      notify()
    },
    lost: () => undefined,
  })
  const names = [text('orders'), text('healthy')]
  await session.request(types.SUBSCRIBE, ...names, u32(7), u32(256 * kib))
  await waitFor(() => next >= count, `${count} records`)
  expect([next, inOrder]).toEqual([count, true])
}

/** Sends PRODUCE frames without reading answers, until the broker stops reading. */
async function publishWithoutReading(peer: InProcessPeer, count: number) {
  peer.stream.pause()
  for (let i = 0; i < count; i++) peer.write(produce(i + 2, '', 0))
  await waitUntilStable(peer.taken)
  expect(peer.stream.writableLength).toBeGreaterThan(0)
  expect(peer.brokerEnd.writableLength).toBeLessThan(limits.output + 64 * kib)
}

test('the broker pauses a peer that does not read its answers, and sends all of them when it reads again', async () => {
  const { connect } = await openInProcess({ leaseMs: 60_000 })
  const peer = connect()
  await publishWithoutReading(peer, 100_000)
  peer.stream.resume()
  await peer.waitFor(() => peer.frames.length === 100_001, 'all answers')
  const offsets = peer.frames.slice(1).map(({ payload }) => Number(payload.readBigUInt64BE()))
  expect(offsets.every((offset, i) => offset === i)).toBe(true)
})

test('a peer that never reads its answers is disconnected when its lease expires, and its records are stored', async () => {
  const { connect } = await openInProcess({ leaseMs: 500 })
  const peer = connect()
  await publishWithoutReading(peer, 100_000)
  const produced = Math.floor((peer.taken() - hello.length) / produce(2, '', 0).length)
  await once(peer.brokerEnd, 'close')
  const other = connect()
  other.write(frame(types.STAT, 2, text('orders'), text('none')))
  const end = Number((await other.answered(2)).payload.readBigUInt64BE(8))
  // The broker may have taken one frame more than it seems.
  expect(end).toBeGreaterThanOrEqual(produced)
  expect(end).toBeLessThanOrEqual(produced + 1)
})

test('the broker disconnects a paused peer that breaks the protocol', async () => {
  const { connect } = await openInProcess({ leaseMs: 500 })
  const peer = connect()
  peer.stream.pause()
  // One chunk with more rejected requests than the output may hold, and then an incomplete STAT.
  const rejected = frame(types.CREATE, 2, text('?'.repeat(255)))
  const frames = Array.from({ length: 4000 }, () => rejected)
  peer.write(Buffer.concat([...frames, frame(types.STAT, 3, Buffer.of(9))]))
  await waitUntilStable(peer.taken)
  expect(peer.brokerEnd.isPaused()).toBe(true)
  peer.stream.resume()
  expect(readCode(await peer.answered(3))).toBe('BAD_FRAME')
  if (!peer.brokerEnd.closed) await once(peer.brokerEnd, 'close')
})

test('the broker executes the READs of a peer one by one, as it reads the answers', async () => {
  const { connect } = await openInProcess({ leaseMs: 500 })
  const [peer, gone] = [connect(), connect()]
  peer.write(produce(2, '', 200 * kib))
  await peer.answered(2)
  const reads = numbers(3, 2000).map((correlation) =>
    frame(types.READ, correlation, text('orders'), u64(0n), u32(limits.delivery)),
  )
  for (const { stream, write } of [peer, gone]) {
    stream.pause()
    write(Buffer.concat(reads))
  }
  await waitUntilStable(() => peer.brokerEnd.writableLength + gone.brokerEnd.writableLength)
  expect(peer.brokerEnd.writableLength).toBeLessThan(512 * kib)
  peer.stream.resume()
  await peer.answered(2002)
  expect(new Set(peer.frames.slice(2).map(readCode))).toEqual(new Set(['OK']))
  // A peer that never reads them is disconnected when its lease expires.
  if (!gone.brokerEnd.closed) await once(gone.brokerEnd, 'close')
})

test('a hundred subscriptions of a peer that does not read use the memory of one delivery, and all get their records', async () => {
  const { connect } = await openInProcess()
  const peer = connect()
  for (let i = 0; i < 3; i++) peer.write(produce(i + 2, '', mib))
  await peer.answered(4)
  peer.stream.pause()
  const ids = numbers(1000, limits.subscriptions)
  for (const id of ids) peer.write(subscribe(id + 1000, `g${id}`, id, 2 ** 32 - 1))
  await waitUntilStable(() => peer.brokerEnd.writableLength)
  expect(peer.brokerEnd.writableLength).toBeGreaterThan(mib)
  expect(peer.brokerEnd.writableLength).toBeLessThan(2 * mib)
  peer.stream.resume()
  await peer.waitFor(() => listDeliveries(peer).length === 300, 'three for each')
  // Subscriptions take turns: each gets its first record before another has all of them.
  const early = listDeliveries(peer).slice(0, 150)
  const served = new Set(early.map(({ correlation }) => correlation))
  expect([...served].toSorted()).toEqual(ids)
})

test('while the disk does not sync, the broker takes 16 MiB, and continues in order afterwards without an expired lease', async () => {
  // Each producer sends more than the broker takes from all of them.
  const [count, bytes] = [72, 256 * kib]
  const frames = numbers(0, 2).map((who) =>
    numbers(0, count).map((i) => produce(i + 2, `${who} ${i}`, bytes)),
  )
  const disk = createPausableFolder()
  const { broker, connect } = await openInProcess({ leaseMs: 1000 }, disk.folder)
  disk.pause('orders')
  const producers = frames.map(() => connect())
  for (let i = 0; i < count; i++) {
    for (const [who, { write }] of producers.entries()) write(frames[who]?.[i] ?? Buffer.alloc(0))
  }
  const taken = () => producers.reduce((sum, producer) => sum + producer.taken(), 0)
  await waitUntilStable(taken)
  // The broker may have taken one frame more of each than it seems.
  expect(taken()).toBeGreaterThan(limits.unsynced - producers.length * 2 * bytes)
  expect(taken()).toBeLessThan(limits.unsynced + producers.length * 2 * bytes)

  // Wait until three silent peers, one after the other, have lost their leases.
  for (let i = 0; i < 3; i++) await once(openPair(broker).brokerEnd, 'close')
  expect(producers.map((producer) => producer.hasEnded())).not.toContain(true)
  expect(producers.flatMap(({ frames }) => frames.slice(1))).toEqual([])
  expect(taken()).toBeLessThan(limits.unsynced + producers.length * 2 * bytes)

  disk.resume()
  const reader = connect()
  for (const { waitFor, frames } of producers) await waitFor(() => frames.length > count, 'answers')
  const keys: string[] = []
  while (keys.length < count * producers.length) {
    const [correlation, offset] = [keys.length + 2, u64(BigInt(keys.length))]
    reader.write(frame(types.READ, correlation, text('orders'), offset, u32(limits.delivery)))
    const { payload } = await reader.answered(correlation)
    for (const { batch } of batchesIn(payload)) keys.push(...Array.from(recordsIn(batch), key))
  }
  for (const [who, { frames }] of producers.entries()) {
    const answers = frames.slice(1)
    expect(answers.map(({ correlation }) => correlation)).toEqual(numbers(2, count))
    const offsets = answers.map(({ payload }) => Number(payload.readBigUInt64BE()))
    expect(offsets.map((offset) => keys[offset])).toEqual(
      numbers(0, count).map((i) => `${who} ${i}`),
    )
  }
  expect(new Set(keys).size).toBe(count * producers.length)
})

test('no consumer or reader gets a record before it is synced', async () => {
  const disk = createPausableFolder()
  const { connect } = await openInProcess({}, disk.folder)
  const [producer, consumer] = [connect(), connect()]
  consumer.write(subscribe(2, 'g', 7, 2 ** 32 - 1))
  await waitForLease(consumer)
  disk.pause('orders')
  producer.write(produce(2, 'a', 10))
  await waitUntilStable(producer.taken)
  consumer.write(frame(types.READ, 8, text('orders'), u64(0n), u32(1000)))
  expect((await consumer.answered(8)).payload).toHaveLength(0)
  consumer.write(frame(types.READ, 9, text('orders'), u64(1n), u32(1000)))
  expect(readCode(await consumer.answered(9))).toBe('OFFSET_RANGE')
  consumer.write(frame(types.STAT, 10, text('orders'), text('g')))
  expect((await consumer.answered(10)).payload).toEqual(Buffer.alloc(24))
  expect(listDeliveries(consumer)).toEqual([])
  disk.resume()
  await consumer.waitFor(() => listDeliveries(consumer).length > 0, 'the record')
})

test('the broker takes about 1000 commits of a member while the disk does not sync, and answers all commits afterwards', async () => {
  const disk = createPausableFolder()
  const { connect } = await openInProcess({}, disk.folder)
  const peer = connect()
  peer.write(subscribe(2, 'g', 7, 0))
  await waitForLease(peer)
  disk.pause('__groups')
  const [count, before] = [20_000, peer.taken()]
  const commit = (i: number) => frame(types.COMMIT, i, u32(7), u32(1), u64(0n))
  // In chunks, as a socket delivers them.
  for (let i = 0; i < count; i += 500) {
    peer.write(Buffer.concat(numbers(i, 500).map((number) => commit(number + 3))))
  }
  await waitUntilStable(peer.taken)
  expect((peer.taken() - before) / commit(0).length).toBeGreaterThanOrEqual(limits.requests)
  expect((peer.taken() - before) / commit(0).length).toBeLessThan(limits.requests + 1001)
  disk.resume()
  await peer.answered(count + 2)
  expect(peer.frames.filter(({ correlation }) => correlation > 7).map(readCode)).not.toContain(
    'OVERLOADED',
  )
})

const key = ({ key }: { key: Buffer | null }) => String(key)
const numbers = (first: number, count: number) =>
  Array.from({ length: count }, (_none, i) => first + i)
