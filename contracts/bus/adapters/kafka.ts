import { Admin, findErrorBy } from '@platformatic/kafka'
import type { BusAdmin } from '../target.ts'

/** @param brokers addresses of the cluster, each `host:port` */
export function createKafkaAdmin(
  brokers: readonly string[],
): BusAdmin & { close(): Promise<void> } {
  const admin = new Admin({
    clientId: 'contract',
    bootstrapBrokers: [...brokers],
    retries: 100,
    retryDelay: 200,
  })
  return {
    async createTopic(topic, partitions) {
      // -1 selects the cluster's default number of replicas.
      await admin
        .createTopics({ topics: [topic], partitions, replicas: -1 })
        .catch((error: Error) => {
          // Topic names are new, so a topic that exists means that the answer to an earlier try was lost.
          if (!findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error
        })
    },
    async committed(group, topic) {
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] })
      const partitions = found?.topics.find(({ name }) => name === topic)?.partitions ?? []
      return new Map(
        partitions
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      )
    },
    close: () => admin.close(),
  }
}
