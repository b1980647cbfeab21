import { setTimeout as sleep } from 'node:timers/promises'
import { overTcp } from '../../examples/lean-bus/src/bus.ts'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { BusError, LostError } from '../../examples/lean-bus/src/protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { promise, type Batch, type Breaches, type Group } from './model.ts'
import type { Found, Producer, Topic } from './model.ts'
import type { Random } from '../random.ts'
import { recordOf } from './records.ts'

const credit = 256 * 1024

/** What a broker answers to what it did not store, when it ends or a log has failed. */
export const isEnd = (error: unknown): boolean =>
  error instanceof LostError ||
  (error instanceof BusError && ['SHUTTING_DOWN', 'STORAGE'].includes(error.code))

export const connectTo = async (port: number) =>
  openSession(await overTcp({ host: '127.0.0.1', port })())

/**
 * Publishes and consumes until the broker ends, and notes what it promises.
 *
 * @param acknowledged told after each batch
 * @param breaches told of promises that are broken at once
 * @throws BusError for an answer that no crash explains
 */
export async function load(
  sessions: readonly [Session, Session],
  topics: readonly Topic[],
  random: Random,
  acknowledged: () => void,
  breaches: Breaches,
): Promise<void> {
  const [producing, consuming] = sessions
  // Some rest, so that what is known of them grows old; some are made only in a later round.
  const busy = topics.filter(() => random.chance(0.7))
  const work = busy.map(async (topic) => {
    try {
      if (!topic.made) {
        // While others are written to.
        await sleep(random.between(0, 20))
        await producing.request(types.CREATE, text(topic.name))
        topic.made = true
      }
    } catch (error) {
      if (isEnd(error)) return
      throw error
    }
    await Promise.all([
      ...topic.producers.map((one) =>
        produce(producing, topic, one, random, acknowledged, breaches),
      ),
      ...topic.groups.map((group) => consume(consuming, topic, group, breaches)),
    ])
  })
  await Promise.all(work)
}

/** Keeps several batches on their way; first those again that were not acknowledged. */
async function produce(
  session: Session,
  topic: Topic,
  producer: Producer,
  random: Random,
  acknowledged: () => void,
  breaches: Breaches,
): Promise<void> {
  // The broker remembers the last five of a producer.
  const depth = random.between(1, 5)
  const again = [...producer.open]
  const sent = new Set<Promise<void>>()
  let isOver = false
  let failure: unknown

  async function send(batch: Batch) {
    try {
      const answer = await session.request(types.PRODUCE, text(topic.name), encode(producer, batch))
      const base = Number(answer.readBigUInt64BE())
      producer.open = producer.open.filter((one) => one !== batch)
      for (let i = 0; i < batch.count; i++) {
        const { key } = recordOf({ producer: producer.name, sequence: batch.firstSeq + i })
        promise(topic, base + i, key, breaches)
        topic.acknowledged.add(base + i)
      }
      acknowledged()
    } catch (error) {
      isOver = true
      if (!isEnd(error)) failure = error
    }
  }

  while (!isOver) {
    const batch = again.shift() ?? nextBatch(producer, random)
    const done = send(batch).finally(() => sent.delete(done))
    sent.add(done)
    if (sent.size >= depth) await Promise.race(sent)
  }
  await Promise.all(sent)
  if (failure) throw failure
}

function nextBatch(producer: Producer, random: Random): Batch {
  const batch = { firstSeq: producer.next, count: random.between(1, 8) }
  producer.next += batch.count
  producer.open.push(batch)
  return batch
}

function encode({ name, id }: Producer, { firstSeq, count }: Batch): Buffer {
  const records = Array.from({ length: count }, (_none, i) =>
    encodeRecord(recordOf({ producer: name, sequence: firstSeq + i })),
  )
  return encodeBatch(records, { producerId: id, firstSeq })
}

/** Takes what is delivered, and commits it batch by batch without waiting for the answers. */
async function consume(
  session: Session,
  topic: Topic,
  group: Group,
  breaches: Breaches,
): Promise<void> {
  const id = session.nextId()
  const over = Promise.withResolvers<undefined>()
  let lease = { start: 0n, epoch: 0 }

  function end(error: unknown) {
    if (isEnd(error)) over.resolve(undefined)
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
        breaches.lost++
        breaches.told.push(`${topic.name}: a lease from ${from}, epoch ${epoch}; before: ${before}`)
      }
      group.epoch = epoch
    },
    deliver(bytes) {
      for (const { header, batch } of batchesIn(bytes)) {
        let offset = Number(header.baseOffset)
        for (const { key } of recordsIn(batch)) promise(topic, offset++, key, breaches)
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
 * Reads all that a topic holds.
 *
 * @throws BusError UNKNOWN_TOPIC, STORAGE; LostError when the broker ends
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
