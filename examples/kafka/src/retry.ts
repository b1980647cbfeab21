import { setTimeout as sleep } from 'node:timers/promises'
import { findErrorBy } from '@platformatic/kafka'

/** How long an operation is retried, in ms. Longer than a broker restart. */
export const retryMs = 20_000

/** Retries unless the error is final or says that the member must rejoin. */
export async function retry(operation: () => Promise<unknown>) {
  for (const deadline = Date.now() + retryMs; ;) {
    try {
      return await operation()
    } catch (error) {
      const isFinal = findErrorBy(error as Error, 'canRetry', false) !== null
      if (isFinal || needsRejoin(error) || Date.now() > deadline) throw error
      await sleep(200)
    }
  }
}

/** Whether the group has a new generation without this member. */
export function needsRejoin(error: unknown) {
  return findErrorBy(error as Error, 'needsRejoin', true) !== null
}
