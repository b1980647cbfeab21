import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError, type Bus, type Handle } from '../bus.ts'

// #region dead-letter
/**
 * Tries a handler up to `attempts` times; then the record goes to
 * `<topic>.dlq`, is acknowledged there, and only then committed. A crash
 * between the two writes the letter again: `origin-*` tell the copies apart.
 */
export function withDeadLetters(
  bus: Bus,
  handle: Handle,
  attempts = 3,
): Handle {
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
          key: record.key,
          value: record.value,
          headers: {
            ...record.headers,
            'origin-topic': record.topic,
            'origin-partition': String(record.partition),
            'origin-offset': String(record.offset),
            error: String(error),
            attempts: String(attempts),
          },
        })
        return await commit()
      }
    }
  }
}
// #endregion
