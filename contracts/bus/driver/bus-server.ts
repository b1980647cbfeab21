import type { Bus, BusRecord, Handler, Subscription } from '../port.ts'
import type { ExampleModules } from './example-modules.ts'
import {
  deserializeError,
  serializeError,
  type Call,
  type DriverCommand,
  type DriverMessage,
  type SerializedError,
} from './messages.ts'
import { sendResult } from './requests.ts'

/** A record that was given to a handler. We keep it, because a scene may call its commit too late. */
interface Delivery {
  readonly commit: () => Promise<void>
  readonly handled: (error: SerializedError | undefined) => void
  /** The error of the commit. The handler has to reject with the original, not with a copy from the other side. */
  commitError?: unknown
}

export interface BusServerOptions {
  /** When it rejects, each call rejects with the same error. */
  readonly example: Promise<Pick<ExampleModules, 'withDeadLetters'>>
  connect(): Promise<Bus>
  send(message: DriverMessage): void
}

/** Runs buses of an example for a `Driver` on the other side. Returns the function that takes its commands. */
export function serveBuses({
  example,
  connect,
  send,
}: BusServerOptions): (command: DriverCommand) => void {
  const buses = new Map<number, Bus>()
  const subscriptions = new Map<number, Subscription>()
  const deliveries: Delivery[] = []

  function handlerFor(subscription: number): Handler {
    return (record, commit) =>
      new Promise((resolve, reject) => {
        const delivery: Delivery = {
          commit,
          handled(error) {
            if (!error) resolve()
            else reject(delivery.commitError ?? deserializeError(error))
          },
        }
        send({
          type: 'record',
          subscription,
          delivery: deliveries.push(delivery) - 1,
          record: copyRecord(record),
        })
      })
  }

  async function perform(call: Call): Promise<unknown> {
    const { withDeadLetters } = await example
    switch (call.do) {
      case 'connect':
        buses.set(call.bus, await connect())
        return
      case 'publish':
        return find(buses, call.bus).publish(call.topic, call.record)
      case 'subscribe': {
        const { subscription, topic, group } = call
        const bus = find(buses, call.bus)
        const handler = handlerFor(subscription)
        const handle = call.deadLetters ? withDeadLetters(bus, handler) : handler
        const subscribed = await bus.subscribe({ topic, group }, handle)
        subscriptions.set(subscription, subscribed)
        subscribed.ended.then(
          () => send({ type: 'ended', subscription, error: undefined }),
          (error: unknown) => send({ type: 'ended', subscription, error: serializeError(error) }),
        )
        return
      }
      case 'stop':
        return find(subscriptions, call.subscription).stop()
      case 'close':
        return find(buses, call.bus).close()
      case 'commit': {
        const delivery = deliveries[call.delivery] as Delivery
        try {
          return await delivery.commit()
        } catch (error) {
          delivery.commitError = error
          throw error
        }
      }
    }
  }

  return (command) => {
    if (command.type === 'handled') deliveries[command.delivery]?.handled(command.error)
    else void sendResult(command.id, perform(command.call), send)
  }
}

/** Copies the bytes, because they may be views of a whole fetched batch. */
function copyRecord({ key, value, headers, ...position }: BusRecord): BusRecord {
  const copy = (bytes: Uint8Array | null) => bytes && Uint8Array.from(bytes)
  return {
    ...position,
    key: copy(key),
    value: copy(value),
    headers: headers.map(([name, bytes]) => [Uint8Array.from(name), copy(bytes)]),
  }
}

function find<T>(things: ReadonlyMap<number, T>, id: number): T {
  const thing = things.get(id)
  if (thing === undefined) throw new Error(`The driver has no bus or subscription ${id}.`)
  return thing
}
