/** Lets a test wait for something that events bring about. */
export interface Signal {
  /** Something has happened: whoever waits looks again. */
  changed(): void
  /** Resolves when the condition holds. @throws Error with the description when it does not for 5 s */
  until(condition: () => boolean, description: string): Promise<void>
}

export function createSignal(): Signal {
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
          reject(new Error(`Waited for 5 s: ${description}`))
        }, 5_000)
        waiting.add(look)
      })
    },
  }
}
