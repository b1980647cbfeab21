/**
 * Creates a condition variable: it lets a test wait for an effect of events.
 *
 * @param timeout in ms
 */
export function createCondition(timeout = 30_000) {
  const waiting = new Set<() => void>()
  return {
    /** Makes all waiting tests check again. */
    notify() {
      for (const check of waiting) check()
    },
    /** Resolves when the predicate is true. @throws Error with the description on a timeout */
    async waitFor(predicate: () => boolean, description: string): Promise<void> {
      if (predicate()) return
      const { promise, resolve, reject } = Promise.withResolvers<null>()
      const check = () => predicate() && resolve(null)
      const late = () => reject(new Error(`Waited ${timeout} ms for ${description}.`))
      const timer = setTimeout(late, timeout)
      waiting.add(check)
      await promise.finally(() => waiting.delete(check))
      clearTimeout(timer)
    },
  }
}
