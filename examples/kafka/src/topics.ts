import { Admin, findErrorBy } from '@platformatic/kafka'
import { clientOptions } from './bus.ts'
import { explainError } from './errors.ts'
import type { Settings } from './settings.ts'

/** Creates the topics that do not exist yet, with four partitions each. */
export async function createTopics(settings: Settings, topics: string[]) {
  const admin = new Admin({ ...clientOptions(settings), retries: 5 })
  try {
    for (const topic of topics) {
      await createTopic(admin, topic).catch((error) => {
        throw explainError(error, settings, topic)
      })
    }
  } finally {
    await admin.close()
  }
}

async function createTopic(admin: Admin, topic: string) {
  try {
    // -1: the cluster's default number of replicas.
    await admin.createTopics({ topics: [topic], partitions: 4, replicas: -1 })
  } catch (error) {
    const exists = findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS')
    if (!exists) throw error
  }
}
