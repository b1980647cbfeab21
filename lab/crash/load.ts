import { setTimeout as sleep } from 'node:timers/promises'
import { overTcp } from '../../examples/lean-bus/src/bus.ts'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { BusError, LostError } from '../../examples/lean-bus/src/protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { addPromise, type Batch, type Found, type Group } from './model.ts'
import type { Producer, Topic, Violations } from './model.ts'
import type { Random } from '../random.ts'
import { makeRecord } from './records.ts'

/** Credit of a subscription, and size of a read, in bytes. */
const credit = 256 * 1024

/** Whether the broker shut down, lost the connection, or rejected a request because a log had failed. */
export const isShutdown = (error: unknown): boolean =>
  error instanceof LostError ||
  (error instanceof BusError && ['SHUTTING_DOWN', 'STORAGE'].includes(error.code))

export const connect = async (port: number) =>
  openSession(await overTcp({ host: '127.0.0.1', port })())

interface Load {
  readonly producing: Session
  readonly consuming: Session
  readonly random: Random
  /** Called after each batch. */
  readonly onAcknowledged: () => void
  /** Receives promises that the broker breaks meanwhile. */
  readonly violations: Violations
}

/**
 * Publishes and consumes until the broker exits, and stores what it promises.
 *
 * @throws BusError for an answer that a crash doesn't explain
 */
export async function runLoad(load: Load, topics: readonly Topic[]): Promise<void> {
  const { producing, random } = load
  // The other topics rest, so that the broker's state of them grows old. A later round creates some.
  const busy = topics.filter(() => random.chance(0.7))
  const work = busy.map(async (topic) => {
    try {
      if (!topic.made) {
        // Other topics are written to meanwhile.
        await sleep(random.between(0, 20))
        await producing.request(types.CREATE, text(topic.name))
        topic.made = true
      }
    } catch (error) {
      if (isShutdown(error)) return
      throw error
    }
    await Promise.all([
      ...topic.producers.map((producer) => produce(load, topic, producer)),
      ...topic.groups.map((group) => consume(load, topic, group)),
    ])
  })
  await Promise.all(work)
}

/** Keeps several batches in flight. Sends those again first that were not acknowledged. */
async function produce(load: Load, topic: Topic, producer: Producer): Promise<void> {
  const { producing, random, onAcknowledged, violations } = load
  // The broker remembers the last five batches of a producer.
  const depth = random.between(1, 5)
  const again = [...producer.open]
  const sent = new Set<Promise<void>>()
  let isOver = false
  let failure: unknown

  async function sendBatch(batch: Batch) {
    try {
      const records = encodeRecords(producer, batch)
      const answer = await producing.request(types.PRODUCE, text(topic.name), records)
      const base = Number(answer.readBigUInt64BE())
      producer.open = producer.open.filter((one) => one !== batch)
      for (let i = 0; i < batch.count; i++) {
        const { key } = makeRecord({ producer: producer.name, sequence: batch.firstSeq + i })
        addPromise(topic, base + i, String(key), violations)
        topic.acknowledged.add(base + i)
      }
      onAcknowledged()
    } catch (error) {
      isOver = true
      if (!isShutdown(error)) failure = error
    }
  }

  while (!isOver) {
    const batch = again.shift() ?? createBatch(producer, random)
    const done = sendBatch(batch).finally(() => sent.delete(done))
    sent.add(done)
    if (sent.size >= depth) await Promise.race(sent)
  }
  await Promise.all(sent)
  if (failure) throw failure
}

function createBatch(producer: Producer, random: Random): Batch {
  const batch = { firstSeq: producer.next, count: random.between(1, 8) }
  producer.next += batch.count
  producer.open.push(batch)
  return batch
}

function encodeRecords({ name, id }: Producer, { firstSeq, count }: Batch): Buffer {
  const records = Array.from({ length: count }, (_none, i) =>
    encodeRecord(makeRecord({ producer: name, sequence: firstSeq + i })),
  )
  return encodeBatch(records, { producerId: id, firstSeq })
}

/** Receives records, and commits batch by batch without waiting for the answers. */
async function consume(load: Load, topic: Topic, group: Group): Promise<void> {
  const { consuming: session, violations } = load
  const id = session.nextId()
  const over = Promise.withResolvers<undefined>()
  let lease = { start: 0n, epoch: 0 }

  function end(error: unknown) {
    if (isShutdown(error)) over.resolve(undefined)
    else over.reject(error)
  }
  async function commit(next: number) {
    group.asked = Math.max(group.asked, next)
    await session.request(types.COMMIT, u32(id), u32(lease.epoch), u64(BigInt(next)))
    group.acknowledged = Math.max(group.acknowledged, next)
  }
  session.subscribers.set(id, {
    active(given) {
      const { start, epoch } = (lease = given)
      const from = Number(start)
      if (epoch <= group.epoch || from < group.acknowledged || from > group.asked) {
        const before = `epoch ${group.epoch}, ${group.acknowledged} to ${group.asked}`
        violations.lost++
        violations.messages.push(
          `${topic.name}: a lease from ${from}, epoch ${epoch}; before: ${before}`,
        )
      }
      group.epoch = epoch
    },
    deliver(bytes) {
      for (const { header, batch } of batchesIn(bytes)) {
        let offset = Number(header.baseOffset)
        for (const { key } of recordsIn(batch)) {
          addPromise(topic, offset++, String(key), violations)
        }
        if (offset > Number(lease.start)) commit(offset).catch(end)
      }
      session.send(types.CREDIT, 0, u32(id), u32(bytes.length))
    },
    lost: end,
  })
  const names = [text(topic.name), text(group.name)]
  session.request(types.SUBSCRIBE, ...names, u32(id), u32(credit)).catch(end)
  return over.promise
}

/**
 * Reads all of a topic.
 *
 * @throws BusError UNKNOWN_TOPIC, STORAGE; LostError when the broker exits
 */
export async function readTopic(session: Session, { name, groups }: Topic): Promise<Found> {
  const committed = new Map<string, number>()
  let [start, end] = [0n, 0n]
  for (const group of groups) {
    const stat = await session.request(types.STAT, text(name), text(group.name))
    ;[start, end] = [stat.readBigUInt64BE(), stat.readBigUInt64BE(8)]
    committed.set(group.name, Number(stat.readBigUInt64BE(16)))
  }
  const batches: Found['batches'][number][] = []
  for (let offset = start; ;) {
    const bytes = await session.request(types.READ, text(name), u64(offset), u32(credit))
    const found = [...batchesIn(bytes)]
    const last = found.at(-1)
    if (!last) break
    batches.push(...found)
    offset = last.header.baseOffset + BigInt(last.header.count)
  }
  return { start: Number(start), end: Number(end), batches, committed }
}
