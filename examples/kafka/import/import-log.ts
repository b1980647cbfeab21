import {
  Admin,
  findErrorBy,
  ProduceAcks,
  Producer,
  stringSerializers,
} from '@platformatic/kafka'
import { clientOptions } from '../src/bus.ts'
import { BusError, explainError } from '../src/errors.ts'
import { readLines, type GroupLine } from './lines.ts'
import { openTopic, type Writer } from './topic-writer.ts'
import type { Settings } from '../src/settings.ts'

type OpenTopic = Awaited<ReturnType<typeof openTopic>>

export interface Imported {
  topics: { topic: string; records: number; partitions: number }[]
  /** What each group has committed, by partition. */
  groups: { topic: string; group: string; offsets: bigint[] }[]
}

/**
 * Copies topics of a lean bus, or only some of them, to topics that are new or
 * empty; then sets the positions of their groups, which must have no members.
 *
 * @param input what `npm run --silent inspect -- --json` prints there
 * @throws BusError that says what was written by then, and how to start over
 */
export async function importLog(
  settings: Settings,
  input: AsyncIterable<string>,
  only: string[] = [],
): Promise<Imported> {
  const client = clientOptions(settings)
  const admin = new Admin(client)
  const producer: Writer = new Producer({
    ...client,
    acks: ProduceAcks.ALL,
    idempotent: true,
    serializers: { ...stringSerializers, value: (value) => value },
  })
  const opened = new Map<string, OpenTopic>()
  const groups: GroupLine[] = []

  const inTopic = (topic: string, operation: () => Promise<void>) =>
    operation().catch((error) => {
      throw explainError(error, settings, topic)
    })
  async function open(topic: string) {
    const target = await openTopic(settings, producer, topic)
    opened.set(topic, target)
    return target
  }

  try {
    for await (const line of readLines(input)) {
      const { topic } = line
      if (only.length > 0 && !only.includes(topic)) continue
      await inTopic(topic, async () => {
        const target = opened.get(topic) ?? (await open(topic))
        if (line.type === 'record') await target.add(line)
        else groups.push(line)
      })
    }
    for (const [topic, { flush }] of opened) await inTopic(topic, flush)
    const imported: Imported = { topics: [], groups: [] }
    for (const [topic, { written, partitions }] of opened) {
      const records = written().acknowledged
      imported.topics.push({ topic, records, partitions })
    }
    for (const { topic, group, next } of groups) {
      const offsets = opened.get(topic)!.positions(next)
      await inTopic(topic, () => setPosition(admin, topic, group, offsets))
      imported.groups.push({ topic, group, offsets })
    }
    return imported
  } catch (cause) {
    throw new BusError(
      `${(cause as Error).message}\n${startOver(opened, settings)}`,
      { cause },
    )
  } finally {
    await Promise.all([producer.close(), admin.close()])
  }
}

/** Commits as nobody, which Kafka allows while a group has no members. */
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
      `Group "${groupId}" has members, so its position in "${topic}" cannot be set. Stop them.`,
      { cause: error },
    )
  }
}

function startOver(opened: Map<string, OpenTopic>, { brokers }: Settings) {
  const written = [...opened].filter(([, { written }]) => written().sent > 0)
  if (written.length === 0) return 'Nothing was written.'
  const lines = written.map(([topic, { written }]) => {
    const { sent, acknowledged } = written()
    const least = sent > acknowledged ? 'at least ' : ''
    return `"${topic}" is half imported, records: ${least}${acknowledged}. To start over, delete it: kafka-topics.sh --bootstrap-server ${brokers.join()} --delete --topic ${topic}`
  })
  return lines.join('\n')
}
