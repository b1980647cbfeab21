import { createSessions, type Open } from '../bus.ts'
import { text, types } from '../protocol/frames.ts'
import type { Settings } from '../settings.ts'

/** Creates the topics that do not exist yet. */
export async function createTopics(broker: Settings | Open, topics: string[]) {
  const sessions = createSessions(broker)
  try {
    for (const topic of topics) {
      await sessions.retry(
        ({ request }) => request(types.CREATE, text(topic)),
        1000,
      )
    }
  } finally {
    await sessions.close()
  }
}
