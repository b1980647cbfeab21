import { Admin, findErrorBy } from '@platformatic/kafka'
import { clientOptions } from './bus.ts'
import { explain } from './errors.ts'
import type { Settings } from './settings.ts'

/** Makes those topics that are not there yet, each with four partitions. */
export async function createTopics(settings: Settings, topics: string[]) {
  const admin = new Admin({ ...clientOptions(settings), retries: 5 })
  try {
    for (const topic of topics) {
      await create(admin, topic).catch((error) => {
        throw explain(error, settings, topic)
      })
    }
  } finally {
    await admin.close()
  }
}

async function create(admin: Admin, topic: string) {
  try {
    // -1: as many replicas as the cluster has by default.
    await admin.createTopics({ topics: [topic], partitions: 4, replicas: -1 })
  } catch (error) {
    const there = findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS')
    if (!there) throw error
  }
}
