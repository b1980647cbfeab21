import type { Bus, Handler, Position, Subscription } from '../port.ts'
import { said } from '../../process/program.ts'
import { fromSent, toSent, type Call, type Order, type Word } from './messages.ts'

/** Where a driver runs: a process or a worker that is told what to do, and that can be frozen and ended. */
export interface Thread {
  tell(order: Order): void
  /** Takes what it says; set before anything is told. */
  onWord(listener: (word: Word) => void): void
  /** Stops it in the middle of what it does. */
  freeze(): void
  wake(): void
  /** Ends it at once, also while it is frozen. */
  kill(): void
  /** Resolves with what it has written when it is gone. */
  readonly gone: Promise<string>
}

/** Buses of an example that run elsewhere. */
export interface Driver extends Pick<Thread, 'freeze' | 'wake'> {
  /** `deadLetters` lays the example's `withDeadLetters` around each handler. */
  connect(options?: { readonly deadLetters?: boolean }): Promise<Bus>
  /** Ends it at once, and resolves when it is gone. */
  kill(): Promise<void>
}

/** Drives the buses of a thread. Whatever is wrong with the example is an error of the first call. */
export function driverOf(thread: Thread): Driver {
  let ids = 0
  let output: string | undefined
  const calls = new Map<number, PromiseWithResolvers<unknown>>()
  const handlers = new Map<number, Handler>()
  const ends = new Map<number, PromiseWithResolvers<unknown>>()
  const lost = () => new Error(`what ran the bus has ended. ${said(output ?? '')}`)
  const gone = thread.gone.then((written) => {
    output = written
    for (const { reject } of calls.values()) reject(lost())
    for (const { reject } of ends.values()) reject(lost())
  })

  const ask = (call: Call): Promise<unknown> => {
    if (output !== undefined) return Promise.reject(lost())
    const id = ids++
    const answer = Promise.withResolvers<unknown>()
    calls.set(id, answer)
    thread.tell({ type: 'call', id, call })
    return answer.promise
  }
  thread.onWord((word) => {
    switch (word.type) {
      case 'done':
        calls.get(word.id)?.resolve(word.value)
        return calls.delete(word.id)
      case 'failed':
        calls.get(word.id)?.reject(fromSent(word.error))
        return calls.delete(word.id)
      case 'ended': {
        const end = ends.get(word.subscription)
        return word.error ? end?.reject(fromSent(word.error)) : end?.resolve(undefined)
      }
      case 'record': {
        const { delivery, record } = word
        const commit = async () => void (await ask({ do: 'commit', delivery }))
        handlers
          .get(word.subscription)?.(record, commit)
          .then(
            () => thread.tell({ type: 'handled', delivery, error: undefined }),
            (error: unknown) => thread.tell({ type: 'handled', delivery, error: toSent(error) }),
          )
      }
    }
  })

  async function connect({ deadLetters = false } = {}): Promise<Bus> {
    const bus = ids++
    await ask({ do: 'connect', bus })
    return {
      publish: async (topic, record) =>
        (await ask({ do: 'publish', bus, topic, record })) as Position,
      async subscribe({ topic, group }, handle): Promise<Subscription> {
        const subscription = ids++
        const end = Promise.withResolvers<unknown>()
        const ended = end.promise.then(() => {})
        // A scene need not look at it.
        ended.catch(() => {})
        handlers.set(subscription, handle)
        ends.set(subscription, end)
        await ask({ do: 'subscribe', bus, subscription, topic, group, deadLetters })
        return {
          ended,
          stop: async () => void (await ask({ do: 'stop', subscription })),
        }
      },
      close: async () => void (await ask({ do: 'close', bus })),
    }
  }

  return {
    connect,
    freeze: thread.freeze,
    wake: thread.wake,
    async kill() {
      thread.kill()
      await gone
    },
  }
}
