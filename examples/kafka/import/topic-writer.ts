import {
  Admin,
  compatibilityPartitioner,
  findErrorBy,
  type Producer,
} from '@platformatic/kafka'
import { clientOptions, toMessage } from '../src/bus.ts'
import { BusError } from '../src/errors.ts'
import type { RecordLine } from './lines.ts'
import type { Settings } from '../src/settings.ts'
import { createTopics } from '../src/topics.ts'

/**
 * In UTF-16 code units. At 3 bytes each, a batch stays below the 1 MiB that
 * brokers accept by default.
 */
const maxBatchLength = 262_144

/**
 * Opens a topic for writing, and creates it if it is missing. It must never
 * have held a record, so that offsets count the imported records.
 *
 * @throws BusError when the topic holds records, or did
 */
export async function openTopic(
  settings: Settings,
  producer: Producer,
  topic: string,
) {
  await createTopics(settings, [topic])
  const partitionCount = await countPartitions(settings, topic)
  const ends = Array.from({ length: partitionCount }, () => 0n)
  /** The partition of each record. Takes 8 bytes per record. */
  const partitionOf: number[] = []
  let firstOffset = 0n
  let batch: RecordLine[] = []
  let batchLength = 0
  let sent = 0

  async function flush() {
    if (batch.length === 0) return
    const messages = batch.map((record) => {
      // Records without a key go to partition 0, in their order.
      const hash = compatibilityPartitioner(undefined!, record.key!)
      const partition = hash % partitionCount
      return { ...toMessage(topic, record), partition, timestamp: record.time }
    })
    batch = []
    batchLength = 0
    sent += messages.length
    const { offsets } = await producer.send({ messages }).catch((cause) => {
      if (!findErrorBy(cause, 'apiId', 'INVALID_TIMESTAMP')) throw cause
      throw new BusError(
        `Topic "${topic}" rejects the timestamp of a record. Raise its message.timestamp.after.max.ms, by default an hour, or message.timestamp.before.max.ms.`,
        { cause },
      )
    })
    for (const { partition, offset } of offsets!) {
      if (offset === ends[partition]) continue
      // After a restart, a broker does not know idempotent producers whose
      // records are older than its producer.id.expiration.ms. It may then
      // accept a batch twice.
      throw new BusError(
        `"${topic}" holds records that are not from this import, or holds some twice. Either another producer writes to it, or a broker has restarted.`,
      )
    }
    for (const { partition } of messages) {
      partitionOf.push(partition)
      ends[partition]!++
    }
  }

  return {
    /** Adds the record to the batch, and writes the batch when it is full. */
    async add(record: RecordLine) {
      if (batchLength + record.lineLength > maxBatchLength) await flush()
      if (sent + batch.length === 0) firstOffset = record.offset
      batch.push(record)
      batchLength += record.lineLength
    },
    flush,
    // #region positions
    /** The offsets of a group that has handled all below `next`. */
    positions(next: bigint) {
      const count = next > firstOffset ? Number(next - firstOffset) : 0
      const offsets = ends.map(() => 0n)
      for (const partition of partitionOf.slice(0, count)) {
        offsets[partition]!++
      }
      return offsets
    },
    // #endregion
    /** How many records were sent, and how many of them acknowledged. */
    written: () => ({ sent, acknowledged: partitionOf.length }),
    partitions: partitionCount,
  }
}

/** Rejects when one of the partitions holds a record, or did. */
async function countPartitions(settings: Settings, topic: string) {
  // The client retries with the leaders it knows. With few retries it soon
  // fails and asks for the leaders again.
  const admin = new Admin({ ...clientOptions(settings), retries: 10 })
  try {
    const { topics } = await admin.metadata({ topics: [topic] })
    const count = topics.get(topic)!.partitionsCount
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1n, // The end of the partition.
    }))
    const [listed] = await admin.listOffsets({
      topics: [{ name: topic, partitions }],
    })
    if (listed!.partitions.every(({ offset }) => offset === 0n)) return count
    throw new BusError(
      `Topic "${topic}" holds records, or did. Delete it first, or import other topics only: npm run import -- --topic OTHER`,
    )
  } finally {
    await admin.close()
  }
}
