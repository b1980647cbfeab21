/** Lets a test wait for something that events bring about. */
export interface Signal {
  /** Something has happened: whoever waits looks again. */
  changed(): void
  /** Resolves when the condition holds. @throws Error with the description when it does not in time */
  until(condition: () => boolean, description: string): Promise<void>
}

/** @param patience how long it waits, in milliseconds */
export function createSignal(patience = 30_000): Signal {
  const waiting = new Set<() => void>()
  return {
    changed() {
      for (const look of waiting) look()
    },
    until(condition, description) {
      if (condition()) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!condition()) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`Waited for ${patience} ms: ${description}`))
        }, patience)
        waiting.add(look)
      })
    },
  }
}
