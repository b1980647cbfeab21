import { Admin, findErrorBy, ProduceAcks, Producer } from '@platformatic/kafka'
import { clientOptions } from '../src/bus.ts'
import { BusError, explainError } from '../src/errors.ts'
import { readLines, type GroupLine } from './lines.ts'
import { openTopic } from './topic-writer.ts'
import type { Settings } from '../src/settings.ts'

type TopicWriter = Awaited<ReturnType<typeof openTopic>>

export interface ImportResult {
  topics: { topic: string; records: number; partitions: number }[]
  /** The position of each group, by partition. */
  groups: { topic: string; group: string; offsets: bigint[] }[]
}

/**
 * Copies topics of a lean bus to topics that are new or empty, then sets the
 * positions of their groups. The groups must have no members meanwhile.
 *
 * @param input the output of `npm run --silent inspect -- --json`
 * @param only the topics to import, or all if empty
 * @throws BusError that says what was written and how to start over
 */
export async function importLog(
  settings: Settings,
  input: AsyncIterable<string>,
  only: string[] = [],
): Promise<ImportResult> {
  const client = clientOptions(settings)
  const admin = new Admin(client)
  const producer = new Producer({
    ...client,
    acks: ProduceAcks.ALL,
    idempotent: true,
  })
  const writers = new Map<string, TopicWriter>()
  const groups: GroupLine[] = []

  const explainErrors = (topic: string, operation: () => Promise<void>) =>
    operation().catch((error) => {
      throw explainError(error, settings, topic)
    })
  async function open(topic: string) {
    const writer = await openTopic(settings, producer, topic)
    writers.set(topic, writer)
    return writer
  }

  try {
    for await (const line of readLines(input)) {
      const { topic } = line
      if (only.length > 0 && !only.includes(topic)) continue
      await explainErrors(topic, async () => {
        const writer = writers.get(topic) ?? (await open(topic))
        if (line.type === 'record') await writer.add(line)
        else groups.push(line)
      })
    }
    for (const [topic, { flush }] of writers) await explainErrors(topic, flush)
    const imported: ImportResult = { topics: [], groups: [] }
    for (const [topic, { written, partitions }] of writers) {
      const records = written().acknowledged
      imported.topics.push({ topic, records, partitions })
    }
    for (const { topic, group, next } of groups) {
      const offsets = writers.get(topic)!.positions(next)
      await explainErrors(topic, () =>
        setPosition(admin, topic, group, offsets),
      )
      imported.groups.push({ topic, group, offsets })
    }
    return imported
  } catch (cause) {
    throw new BusError(
      `${(cause as Error).message}\n${describeProgress(writers, settings)}`,
      { cause },
    )
  } finally {
    await Promise.all([producer.close(), admin.close()])
  }
}

/** Commits without a member ID, which Kafka accepts for an empty group. */
async function setPosition(
  admin: Admin,
  topic: string,
  groupId: string,
  offsets: bigint[],
) {
  const partitionOffsets = [...offsets.entries()].map(
    ([partition, offset]) => ({ partition, offset }),
  )
  try {
    await admin.alterConsumerGroupOffsets({
      groupId,
      topics: [{ name: topic, partitionOffsets }],
    })
  } catch (error) {
    if (!findErrorBy(error as Error, 'apiId', 'UNKNOWN_MEMBER_ID')) throw error
    throw new BusError(
      `Group "${groupId}" has members, so its position in "${topic}" cannot be set. Stop the members.`,
      { cause: error },
    )
  }
}

function describeProgress(
  writers: Map<string, TopicWriter>,
  { brokers }: Settings,
) {
  const written = [...writers].filter(([, { written }]) => written().sent > 0)
  if (written.length === 0) return 'Nothing was written.'
  const lines = written.map(([topic, { written }]) => {
    const { sent, acknowledged } = written()
    const atLeast = sent > acknowledged ? 'at least ' : ''
    return `"${topic}" is partly imported, records: ${atLeast}${acknowledged}. To start over, delete it: kafka-topics.sh --bootstrap-server ${brokers.join()} --delete --topic ${topic}`
  })
  return lines.join('\n')
}
