import {
  Admin,
  compatibilityPartitioner,
  findErrorBy,
  type Producer,
} from '@platformatic/kafka'
import { clientOptions } from '../src/bus.ts'
import { BusError } from '../src/errors.ts'
import type { RecordLine } from './lines.ts'
import type { Settings } from '../src/settings.ts'
import { createTopics } from '../src/topics.ts'

export type Writer = Producer<string, Buffer, string, string>

/** A broker takes 1 MiB by default: less, even at 3 bytes a UTF-16 unit. */
const maxBatchSize = 262_144

/**
 * Makes the topic if it is missing, and writes to it. It must never have held
 * a record: an offset is then the number of records that went there before.
 *
 * @throws BusError when it holds records, or did
 */
export async function openTopic(
  settings: Settings,
  producer: Writer,
  topic: string,
) {
  await createTopics(settings, [topic])
  const count = await countPartitions(settings, topic)
  const ends = Array.from({ length: count }, () => 0n)
  /** Of each record the partition that it went to: 8 bytes a record. */
  const went: number[] = []
  let first = 0n
  let batch: RecordLine[] = []
  let batchSize = 0
  let sent = 0

  async function flush() {
    if (batch.length === 0) return
    const messages = batch.map(({ key, headers, value, time }) => {
      const hash = compatibilityPartitioner(undefined!, Buffer.from(key))
      const partition = hash % count
      return { topic, partition, key, headers, value, timestamp: time }
    })
    batch = []
    batchSize = 0
    sent += messages.length
    const { offsets } = await producer.send({ messages }).catch((cause) => {
      if (!findErrorBy(cause, 'apiId', 'INVALID_TIMESTAMP')) throw cause
      throw new BusError(
        `Topic "${topic}" refuses the time of a record. Raise its message.timestamp.after.max.ms, by default an hour, or message.timestamp.before.max.ms.`,
        { cause },
      )
    })
    for (const { partition, offset } of offsets!) {
      if (offset === ends[partition]) continue
      // A broker that restarts has forgotten idempotent producers whose records
      // are older than its producer.id.expiration.ms: it takes a batch twice.
      throw new BusError(
        `"${topic}" holds records that are not from here, or twice: somebody else writes to it, or a broker has restarted.`,
      )
    }
    for (const { partition } of messages) {
      went.push(partition)
      ends[partition]!++
    }
  }

  return {
    /** Writes the record, or keeps it for a batch. */
    async add(record: RecordLine) {
      if (batchSize + record.size > maxBatchSize) await flush()
      if (sent + batch.length === 0) first = record.offset
      batch.push(record)
      batchSize += record.size
    },
    flush,
    // #region positions
    /** By partition, where a group that has handled all below `next` is. */
    positions(next: bigint) {
      const handled = next > first ? went.slice(0, Number(next - first)) : []
      const offsets = ends.map(() => 0n)
      for (const partition of handled) offsets[partition]!++
      return offsets
    },
    // #endregion
    /** How many were handed to the client, and how many of them are safe. */
    written: () => ({ sent, acknowledged: went.length }),
    partitions: count,
  }
}

/** How many partitions it has. Rejects when a record was ever in one. */
async function countPartitions(settings: Settings, topic: string) {
  // It tries again with the leaders it knew: better few times, then afresh.
  const admin = new Admin({ ...clientOptions(settings), retries: 10 })
  try {
    const { topics } = await admin.metadata({ topics: [topic] })
    const count = topics.get(topic)!.partitionsCount
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1n, // Kafka's word for the end.
    }))
    const asked = [{ name: topic, partitions }]
    const [listed] = await admin.listOffsets({ topics: asked })
    if (listed!.partitions.every(({ offset }) => offset === 0n)) return count
    throw new BusError(
      `Topic "${topic}" holds records, or did. Delete it first, or leave it out: npm run import -- --topic OTHER`,
    )
  } finally {
    await admin.close()
  }
}
