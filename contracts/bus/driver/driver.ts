import { describeOutput } from '../../process/describe.ts'
import type { Bus, Handler, Position, Subscription } from '../port.ts'
import {
  deserializeError,
  serializeError,
  type Call,
  type DriverCommand,
  type DriverMessage,
} from './messages.ts'
import { Requests } from './requests.ts'

/** The connection to a process or worker that runs `serveBuses`, with control over it. */
export interface DriverChannel {
  send(command: DriverCommand): void
  /** Sets the listener. The first command is sent after that. */
  onMessage(listener: (message: DriverMessage) => void): void
  /** Stops it in the middle of its work. */
  freeze(): void
  wake(): void
  /** Ends it at once, even while it is frozen. */
  kill(): void
  /** Resolves with its output when it has ended. */
  readonly ended: Promise<string>
}

/** Uses the buses of an example that runs in another process or worker. */
export interface Driver extends Pick<DriverChannel, 'freeze' | 'wake'> {
  /** `deadLetters` wraps each handler in the example's `withDeadLetters`. */
  connect(options?: { readonly deadLetters?: boolean }): Promise<Bus>
  /** Ends it at once. Resolves when it is gone. */
  kill(): Promise<void>
}

/** Creates a driver. When the example cannot be loaded, the first call rejects. */
export function createDriver(channel: DriverChannel): Driver {
  let ids = 0
  const calls = new Requests()
  const handlers = new Map<number, Handler>()
  const subscriptionEnds = new Map<number, PromiseWithResolvers<undefined>>()
  const ended = channel.ended.then((output) => {
    const lost = new Error(`The driver of the bus has ended. ${describeOutput(output)}`)
    calls.rejectAll(lost)
    for (const { reject } of subscriptionEnds.values()) reject(lost)
  })

  const request = (call: Call) => calls.make((id) => channel.send({ type: 'call', id, call }))
  channel.onMessage((message) => {
    switch (message.type) {
      case 'result':
        return calls.settle(message)
      case 'ended': {
        const end = subscriptionEnds.get(message.subscription)
        return message.error
          ? end?.reject(deserializeError(message.error))
          : end?.resolve(undefined)
      }
      case 'record': {
        const { delivery, record } = message
        const commit = async () => void (await request({ do: 'commit', delivery }))
        handlers
          .get(message.subscription)?.(record, commit)
          .then(
            () => channel.send({ type: 'handled', delivery, error: undefined }),
            (error: unknown) =>
              channel.send({ type: 'handled', delivery, error: serializeError(error) }),
          )
      }
    }
  })

  async function connect({ deadLetters = false } = {}): Promise<Bus> {
    const bus = ids++
    await request({ do: 'connect', bus })
    return {
      publish: async (topic, record) =>
        (await request({ do: 'publish', bus, topic, record })) as Position,
      async subscribe({ topic, group }, handle): Promise<Subscription> {
        const subscription = ids++
        const end = Promise.withResolvers<undefined>()
        // A scene may ignore how its subscription ends.
        end.promise.catch(() => {})
        handlers.set(subscription, handle)
        subscriptionEnds.set(subscription, end)
        await request({ do: 'subscribe', bus, subscription, topic, group, deadLetters })
        return {
          ended: end.promise,
          stop: async () => void (await request({ do: 'stop', subscription })),
        }
      },
      close: async () => void (await request({ do: 'close', bus })),
    }
  }

  return {
    connect,
    freeze: channel.freeze,
    wake: channel.wake,
    async kill() {
      channel.kill()
      await ended
    },
  }
}
