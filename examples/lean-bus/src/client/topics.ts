import { createSessions, overTcp, type Open } from '../bus.ts'
import { text, types } from '../protocol/frames.ts'
import type { Settings } from '../settings.ts'

/** Makes those topics that are not there yet. */
export async function createTopics(broker: Settings | Open, topics: string[]) {
  const sessions = createSessions(
    typeof broker === 'function' ? broker : overTcp(broker),
  )
  try {
    for (const topic of topics) {
      await sessions.persist(
        ({ request }) => request(types.CREATE, text(topic)),
        1000,
      )
    }
  } finally {
    await sessions.close()
  }
}
