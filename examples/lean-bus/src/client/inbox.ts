/** A queue that is read with `for await` until it is ended. */
export interface Inbox<T> extends AsyncIterable<T> {
  push(item: T): void
  /** Drops the remaining items. The reading loop throws the error, if any. */
  end(error?: Error): void
  isEnded(): boolean
}

export function createInbox<T>(): Inbox<T> {
  const items: T[] = []
  let end: { error: Error | undefined } | undefined
  let wake = () => {}
  return {
    push(item) {
      items.push(item)
      wake()
    },
    end(error) {
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
