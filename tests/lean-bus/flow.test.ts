import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { batchesIn, encodeBatch, recordsIn } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { startBroker, type BrokerProcess } from './tools/broker-process.ts'
import { heldFolder } from './tools/held-folder.ts'
import { openNear, settled, type NearPeer } from './tools/in-process.ts'
import { codeIn, createPeer, frame, hello } from './tools/peer.ts'
import { createSignal } from './tools/signal.ts'

const kib = 1024
const mib = 1024 * kib

/** One record in one batch. */
const batchOf = (key: string, bytes: number) =>
  encodeBatch([encodeRecord({ key, value: Buffer.alloc(bytes), headers: {} })])
const produce = (correlation: number, key: string, bytes: number) =>
  frame(types.PRODUCE, correlation, text('orders'), batchOf(key, bytes))
const subscribe = (correlation: number, group: string, id: number, credit: number) =>
  frame(types.SUBSCRIBE, correlation, text('orders'), text(group), u32(id), u32(credit))

describe('128 MiB are published, and a broker in a process of its own holds less than 256 MiB,', () => {
  /** Publishes all of it, sees that it is there, and resolves with the most that the broker held meanwhile. */
  async function publishAll(broker: BrokerProcess) {
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

  test('though ten consumers never grant credit again', async () => {
    const broker = await startBroker()
    await createOrders(broker)
    const consumers = []
    for (let i = 0; i < 10; i++) {
      const session = await openSession(await broker.connect())
      const consumer = { bytes: 0 }
      session.subscribers.set(7, {
        active: () => undefined,
        deliver: (batches) => (consumer.bytes += batches.length),
        lost: () => undefined,
      })
      const names = [text('orders'), text(`slow-${i}`)]
      await session.request(types.SUBSCRIBE, ...names, u32(7), u32(4 * kib))
      consumers.push(consumer)
    }
    await publishAll(broker)
    for (const { bytes } of consumers) expect(bytes).toBe(batchOf('0', 64 * kib).length)
  })

  test('though ten consumers grant all the credit there is, and never read', async () => {
    const broker = await startBroker({ LEASE_MS: '60000' })
    await createOrders(broker)
    const sockets: Socket[] = []
    for (let i = 0; i < 10; i++) {
      const socket = await broker.connect()
      socket.pause()
      socket.write(Buffer.concat([hello, subscribe(2, `deaf-${i}`, 7, 2 ** 32 - 1)]))
      sockets.push(socket)
    }
    await publishAll(broker)
    // Whoever reads at last gets all of it.
    const [socket] = sockets
    const peer = createPeer(socket as Socket)
    socket?.resume()
    const all = numbers(0, 2048).reduce((sum, i) => sum + batchOf(`${i}`, 64 * kib).length, 0)
    const bytes = () => peer.frames.reduce((sum, { payload }) => sum + payload.length, 0)
    await peer.until(() => bytes() >= all, 'all records')
    const offsets = peer.frames
      .filter(({ type }) => type === types.DELIVER)
      .flatMap(({ payload }) => Array.from(batchesIn(payload), ({ header }) => header.baseOffset))
    expect(offsets).toEqual(Array.from({ length: 2048 }, (_none, i) => BigInt(i)))
  })
})

async function createOrders(broker: BrokerProcess) {
  const session = await openSession(await broker.connect())
  await session.request(types.CREATE, text('orders'))
  session.close()
}

/** A healthy consumer gets all records, in their order. */
async function expectAll(session: Session, count: number) {
  const { changed, until } = createSignal()
  let next = 0
  let inOrder = true
  session.subscribers.set(7, {
    active: () => undefined,
    deliver(batches) {
      for (const { batch } of batchesIn(batches)) {
        for (const { key } of recordsIn(batch)) inOrder &&= key === String(next++)
      }
      session.send(types.CREDIT, 0, u32(7), u32(batches.length))
      changed()
    },
    lost: () => undefined,
  })
  const names = [text('orders'), text('healthy')]
  await session.request(types.SUBSCRIBE, ...names, u32(7), u32(256 * kib))
  await until(() => next >= count, `${count} records, ${next} are there`)
  expect([next, inOrder]).toEqual([count, true])
}

describe('a peer that does not read its answers', () => {
  /** Sends so many PRODUCE without reading an answer, until the broker reads no more. */
  async function publishUnheard(peer: NearPeer, count: number) {
    peer.stream.pause()
    for (let i = 0; i < count; i++) peer.write(produce(i + 2, '', 0))
    await settled(peer.taken)
    expect(peer.stream.writableLength).toBeGreaterThan(0)
    expect(peer.theirs.writableLength).toBeLessThan(limits.output + 64 * kib)
  }

  test('is not read from, and gets all of them when it reads again', async () => {
    const { peer: connect } = await openNear({ leaseMs: 60_000 })
    const peer = connect()
    await publishUnheard(peer, 100_000)
    peer.stream.resume()
    await peer.until(() => peer.frames.length === 100_001, 'all answers')
    const offsets = peer.frames.slice(1).map(({ payload }) => Number(payload.readBigUInt64BE()))
    expect(offsets.every((offset, i) => offset === i)).toBe(true)
  })

  test('loses its connection with its lease, and what it has published is there', async () => {
    const { peer: connect } = await openNear({ leaseMs: 500 })
    const peer = connect()
    await publishUnheard(peer, 100_000)
    const produced = Math.floor((peer.taken() - hello.length) / produce(2, '', 0).length)
    await once(peer.theirs, 'close')
    const other = connect()
    other.write(frame(types.STAT, 2, text('orders'), text('none')))
    await other.until(() => other.answer(2) !== undefined, 'an answer')
    const end = Number(other.answer(2)?.payload.readBigUInt64BE(8))
    // The last one may still count as waiting, though it was taken.
    expect(end).toBeGreaterThanOrEqual(produced)
    expect(end).toBeLessThanOrEqual(produced + 1)
  })

  test('is let go though it breaks the protocol while it is not read from', async () => {
    const { peer: connect } = await openNear({ leaseMs: 500 })
    const peer = connect()
    peer.stream.pause()
    // Refusals, more than the output may hold, and then a STAT that ends within a field, in one piece.
    const refused = frame(types.CREATE, 2, text('?'.repeat(255)))
    const frames = Array.from({ length: 4000 }, () => refused)
    peer.write(Buffer.concat([...frames, frame(types.STAT, 3, Buffer.of(9))]))
    await settled(peer.taken)
    expect(peer.theirs.isPaused()).toBe(true)
    peer.stream.resume()
    await peer.until(() => codeIn(peer.answer(3)) === 'BAD_FRAME', 'the refusal')
    if (!peer.theirs.closed) await once(peer.theirs, 'close')
  })

  test('has its READs done one after the other, as it takes the answers', async () => {
    const { peer: connect } = await openNear({ leaseMs: 500 })
    const [peer, gone] = [connect(), connect()]
    peer.write(produce(2, '', 200 * kib))
    await peer.until(() => peer.answer(2) !== undefined, 'an answer')
    const reads = Array.from({ length: 2000 }, (_none, i) =>
      frame(types.READ, i + 3, text('orders'), u64(0n), u32(limits.delivery)),
    )
    for (const { stream, write } of [peer, gone]) {
      stream.pause()
      write(Buffer.concat(reads))
    }
    await settled(() => peer.theirs.writableLength + gone.theirs.writableLength)
    expect(peer.theirs.writableLength).toBeLessThan(512 * kib)
    peer.stream.resume()
    await peer.until(() => peer.answer(2002) !== undefined, 'all answers')
    expect(new Set(peer.frames.slice(2).map(codeIn))).toEqual(new Set(['OK']))
    // Who never takes them is gone with the lease.
    if (!gone.theirs.closed) await once(gone.theirs, 'close')
  })
})

test('a hundred subscriptions of a peer that does not read hold one delivery in memory, and all get theirs', async () => {
  const { peer: connect } = await openNear()
  const peer = connect()
  for (let i = 0; i < 3; i++) peer.write(produce(i + 2, '', mib))
  await peer.until(() => peer.answer(4) !== undefined, 'an answer')
  peer.stream.pause()
  const ids = numbers(1000, limits.subscriptions)
  for (const id of ids) peer.write(subscribe(id + 1000, `g${id}`, id, 2 ** 32 - 1))
  await settled(() => peer.theirs.writableLength)
  expect(peer.theirs.writableLength).toBeGreaterThan(mib)
  expect(peer.theirs.writableLength).toBeLessThan(2 * mib)
  peer.stream.resume()
  const delivered = () => peer.frames.filter(({ type }) => type === types.DELIVER)
  await peer.until(() => delivered().length === 300, 'three for each')
  // Nobody waits until another has all of theirs.
  const early = new Set(
    delivered()
      .slice(0, 150)
      .map(({ correlation }) => correlation),
  )
  expect([...early].toSorted()).toEqual(ids)
})

describe('while a disk does not sync', () => {
  test('the broker takes 16 MiB, then no more; all goes on in order, and no lease ends', async () => {
    // Each has more to say than the broker takes of all of them.
    const [count, bytes] = [72, 256 * kib]
    const frames = numbers(0, 2).map((who) =>
      numbers(0, count).map((i) => produce(i + 2, `${who} ${i}`, bytes)),
    )
    const disk = heldFolder()
    const { peer: connect } = await openNear({ leaseMs: 1000 }, disk.folder)
    disk.hold('orders')
    const producers = frames.map(() => connect())
    for (let i = 0; i < count; i++) {
      for (const [who, { write }] of producers.entries()) write(frames[who]?.[i] ?? Buffer.alloc(0))
    }
    const taken = () => producers.reduce((sum, producer) => sum + producer.taken(), 0)
    await settled(taken)
    // A frame that was just taken may still count as waiting.
    expect(taken()).toBeGreaterThan(limits.unsynced - producers.length * 2 * bytes)
    expect(taken()).toBeLessThan(limits.unsynced + producers.length * 2 * bytes)

    // As long as it takes three silent peers, one after the other, to lose theirs.
    for (let i = 0; i < 3; i++) await once(connect({ isSilent: true }).theirs, 'close')
    expect(producers.map((producer) => producer.hasEnded())).not.toContain(true)
    expect(producers.flatMap(({ frames }) => frames.slice(1))).toEqual([])
    expect(taken()).toBeLessThan(limits.unsynced + producers.length * 2 * bytes)

    disk.release()
    const reader = connect()
    for (const { until, frames } of producers) await until(() => frames.length > count, 'answers')
    const keys: string[] = []
    while (keys.length < count * producers.length) {
      const [correlation, offset] = [keys.length + 2, u64(BigInt(keys.length))]
      reader.write(frame(types.READ, correlation, text('orders'), offset, u32(limits.delivery)))
      await reader.until(() => reader.answer(correlation) !== undefined, 'an answer')
      const { payload } = reader.answer(correlation) ?? { payload: Buffer.alloc(0) }
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

  test('nobody is given what is not synced', async () => {
    const disk = heldFolder()
    const { peer: connect } = await openNear({}, disk.folder)
    const [producer, consumer] = [connect(), connect()]
    consumer.write(subscribe(2, 'g', 7, 2 ** 32 - 1))
    await consumer.until(() => consumer.frames.some(({ type }) => type === types.ACTIVE), 'a lease')
    disk.hold('orders')
    producer.write(produce(2, 'a', 10))
    await settled(producer.taken)
    for (const [i, ask] of [
      frame(types.READ, 8, text('orders'), u64(0n), u32(1000)),
      frame(types.READ, 9, text('orders'), u64(1n), u32(1000)),
      frame(types.STAT, 10, text('orders'), text('g')),
    ].entries()) {
      consumer.write(ask)
      await consumer.until(() => consumer.answer(8 + i) !== undefined, 'an answer')
    }
    expect(consumer.answer(8)?.payload).toHaveLength(0)
    expect(codeIn(consumer.answer(9))).toBe('OFFSET_RANGE')
    expect(consumer.answer(10)?.payload).toEqual(Buffer.alloc(24))
    expect(consumer.frames.filter(({ type }) => type === types.DELIVER)).toEqual([])
    disk.release()
    await consumer.until(
      () => consumer.frames.some(({ type }) => type === types.DELIVER),
      'the record',
    )
  })

  test('a member has about 1000 commits under way, then no more; all are answered', async () => {
    const disk = heldFolder()
    const { peer: connect } = await openNear({}, disk.folder)
    const peer = connect()
    peer.write(subscribe(2, 'g', 7, 0))
    await peer.until(() => peer.frames.some(({ type }) => type === types.ACTIVE), 'a lease')
    disk.hold('__groups')
    const [count, before] = [20_000, peer.taken()]
    const commit = (i: number) => frame(types.COMMIT, i, u32(7), u32(1), u64(0n))
    // In pieces, as they come from a socket.
    for (let i = 0; i < count; i += 500) {
      peer.write(Buffer.concat(numbers(i, 500).map((number) => commit(number + 3))))
    }
    await settled(peer.taken)
    expect((peer.taken() - before) / commit(0).length).toBeGreaterThanOrEqual(limits.requests)
    expect((peer.taken() - before) / commit(0).length).toBeLessThan(limits.requests + 1001)
    disk.release()
    await peer.until(() => peer.answer(count + 2) !== undefined, 'the last answer')
    expect(peer.frames.filter(({ correlation }) => correlation > 7).map(codeIn)).not.toContain(
      'OVERLOADED',
    )
  })
})

const key = ({ key }: { key: string }) => key
const numbers = (first: number, count: number) =>
  Array.from({ length: count }, (_none, i) => first + i)
