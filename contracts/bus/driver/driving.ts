import type { Bus, BusRecord, Handler, Subscription } from '../port.ts'
import { fromSent, toSent, type Call, type Order, type SentError, type Word } from './messages.ts'
import type { Example } from './modules.ts'

/** A record that a handler was given. It stays, so that its commit can be called too late as well. */
interface Delivery {
  readonly commit: () => Promise<void>
  readonly handled: (error: SentError | undefined) => void
  /** What a commit rejected with: it is what the handler lets through, not a copy. */
  refusal?: unknown
}

export interface DrivenBuses {
  /** Whatever is wrong with it is the error of each call. */
  readonly example: Promise<Pick<Example, 'withDeadLetters'>>
  connect(): Promise<Bus>
  say(word: Word): void
}

/** Runs buses of an example as the runner asks. The function that is returned takes its orders. */
export function driveBuses({ example, connect, say }: DrivenBuses): (order: Order) => void {
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
            else reject(delivery.refusal ?? fromSent(error))
          },
        }
        say({
          type: 'record',
          subscription,
          delivery: deliveries.push(delivery) - 1,
          record: plain(record),
        })
      })
  }

  async function follow(call: Call): Promise<unknown> {
    const { withDeadLetters } = await example
    switch (call.do) {
      case 'connect':
        buses.set(call.bus, await connect())
        return
      case 'publish':
        return known(buses, call.bus).publish(call.topic, call.record)
      case 'subscribe': {
        const { subscription, topic, group } = call
        const bus = known(buses, call.bus)
        const handler = handlerFor(subscription)
        const handle = call.deadLetters ? withDeadLetters(bus, handler) : handler
        const subscribed = await bus.subscribe({ topic, group }, handle)
        subscriptions.set(subscription, subscribed)
        subscribed.ended.then(
          () => say({ type: 'ended', subscription, error: undefined }),
          (error: unknown) => say({ type: 'ended', subscription, error: toSent(error) }),
        )
        return
      }
      case 'stop':
        return known(subscriptions, call.subscription).stop()
      case 'close':
        return known(buses, call.bus).close()
      case 'commit': {
        const delivery = deliveries[call.delivery] as Delivery
        try {
          return await delivery.commit()
        } catch (error) {
          delivery.refusal = error
          throw error
        }
      }
    }
  }

  return (order) => {
    if (order.type === 'handled') return deliveries[order.delivery]?.handled(order.error)
    const { id, call } = order
    follow(call).then(
      (value) => say({ type: 'done', id, value }),
      (error: unknown) => say({ type: 'failed', id, error: toSent(error) }),
    )
  }
}

/** With bytes of its own: a value may be a view of all that was fetched. */
function plain(record: BusRecord): BusRecord {
  return { ...record, value: Uint8Array.from(record.value) }
}

function known<T>(things: ReadonlyMap<number, T>, id: number): T {
  const thing = things.get(id)
  if (thing === undefined) throw new Error(`there is no number ${id}`)
  return thing
}
