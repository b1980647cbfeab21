export type Inbox<T> = ReturnType<typeof createInbox<T>>

/** Creates a queue that is read with `for await` until it is ended. */
export function createInbox<T>() {
  const items: T[] = []
  let end: { error: Error | undefined } | undefined
  let wake = () => {}
  return {
    push(item: T) {
      items.push(item)
      wake()
    },
    /** Drops the remaining items. The reading loop throws the error, if any. */
    end(error?: Error) {
      end ??= { error }
      wake()
    },
    isEnded: () => end !== undefined,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (end?.error) throw end.error
        if (end) return
        const item = items.shift()
        if (item !== undefined) yield item
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
