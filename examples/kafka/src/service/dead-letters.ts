import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError, type Bus, type Handler } from '../bus.ts'

/** In UTF-16 code units. A message may quote all of the record. */
const maxErrorLength = 1000

// #region dead-letter
/**
 * Calls a handler up to `attempts` times. If it keeps failing, publishes the
 * record as it was received to `<topic>.dlq`, with five more headers at the
 * end, and commits once that is acknowledged. A crash between the two publishes
 * the dead letter again, so readers should deduplicate by the `origin-*`
 * headers.
 */
export function withDeadLetters(
  bus: Bus,
  handle: Handler,
  attempts = 3,
): Handler {
  return async (record, commit) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await handle(record, commit)
      } catch (error) {
        if (error instanceof FencedError) throw error
        if (attempt < attempts) {
          await sleep(50 * attempt)
          continue
        }
        await bus.publish(`${record.topic}.dlq`, {
          ...record,
          headers: [
            ...record.headers,
            ['origin-topic', record.topic],
            ['origin-partition', String(record.partition)],
            ['origin-offset', String(record.offset)],
            ['error', String(error).slice(0, maxErrorLength)],
            ['attempts', String(attempts)],
          ],
        })
        return await commit()
      }
    }
  }
}
// #endregion
