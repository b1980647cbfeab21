/** A condition variable: lets a test wait for an effect of events. */
export interface Condition {
  /** Makes all waiting tests check again. */
  notify(): void
  /** Resolves when the predicate is true. @throws Error with the description on a timeout */
  waitFor(predicate: () => boolean, description: string): Promise<void>
}

/** @param timeout in ms */
export function createCondition(timeout = 30_000): Condition {
  const waiting = new Set<() => void>()
  return {
    notify() {
      for (const check of waiting) check()
    },
    waitFor(predicate, description) {
      if (predicate()) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const check = () => {
          if (!predicate()) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new Error(`Waited ${timeout} ms for ${description}.`))
        }, timeout)
        waiting.add(check)
      })
    },
  }
}
