import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError, TooLargeError } from '../bus.ts'
import type { Bus, BusRecord, Handler, NewRecord } from '../bus.ts'

/** In UTF-16 code units. A parser may quote its whole input. */
const maxErrorLength = 1000

// #region dead-letter
/**
 * Calls a handler up to `attempts` times. If it keeps failing, publishes a
 * dead letter to `<topic>.dlq` and commits once that is acknowledged. A crash
 * between the two publishes the dead letter again, so readers should
 * deduplicate by the `origin-*` headers.
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
        const topic = `${record.topic}.dlq`
        const letter = toDeadLetter(record, error, attempts)
        await bus.publish(topic, letter).catch((cause) => {
          if (!(cause instanceof TooLargeError)) throw cause
          // The record itself leaves no room for more headers.
          return bus.publish(topic, record)
        })
        return await commit()
      }
    }
  }
}

/** The record as it was received, then five headers of less than 4 kB. */
function toDeadLetter(record: BusRecord, error: unknown, attempts: number) {
  const added: NewRecord['headers'] = [
    ['origin-topic', record.topic],
    ['origin-partition', String(record.partition)],
    ['origin-offset', String(record.offset)],
    ['error', String(error).slice(0, maxErrorLength)],
    ['attempts', String(attempts)],
  ]
  return { ...record, headers: [...record.headers, ...added] }
}
// #endregion
