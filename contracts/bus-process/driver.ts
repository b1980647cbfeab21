/**
 * Runs the buses of an example in a process of its own, which can be killed and frozen, and does what the runner asks.
 * Started by `startDriver`, with the folder of the example's modules: `src`, or `dist` after a build.
 *
 *   node driver.ts <folder>
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bus, BusRecord, Handler, Subscription } from '../bus/port.ts'
import { fromSent, toSent, type Call, type Order, type SentError, type Word } from './messages.ts'

const [, , folder = ''] = process.argv

/** What every example of a bus exports, by the names of its files. */
interface Example {
  readonly connect: (settings: unknown) => Promise<Bus>
  readonly readBrokers: (env: NodeJS.ProcessEnv) => unknown
  readonly readSettings: (env: NodeJS.ProcessEnv, brokers: unknown) => unknown
  readonly withDeadLetters: (bus: Bus, handle: Handler) => Handler
}

async function load(...names: readonly string[]): Promise<Example> {
  const files = readdirSync(folder)
  const modules = names.map(async (name): Promise<object> => {
    const file = files.find((one) => one === `${name}.ts` || one === `${name}.js`)
    if (!file) throw new Error(`${folder} holds no ${name}.ts and no ${name}.js`)
    return import(pathToFileURL(join(folder, file)).href)
  })
  return Object.assign({}, ...(await Promise.all(modules)))
}

const say = (word: Word) => void process.send?.(word)

const buses = new Map<number, Bus>()
const subscriptions = new Map<number, Subscription>()

/** A record that a handler was given. It stays, so that its commit can be called too late as well. */
interface Delivery {
  readonly commit: () => Promise<void>
  readonly handled: (error: SentError | undefined) => void
  /** What a commit rejected with: it is what the handler lets through, not a copy. */
  refusal?: unknown
}
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

/** With bytes of its own: a value may be a view of all that was fetched. */
function plain(record: BusRecord): BusRecord {
  return { ...record, value: Uint8Array.from(record.value) }
}

async function follow(example: Example, call: Call): Promise<unknown> {
  switch (call.do) {
    case 'connect': {
      const { connect, readBrokers, readSettings } = example
      buses.set(call.bus, await connect(readSettings(process.env, readBrokers(process.env))))
      return
    }
    case 'publish':
      return known(buses, call.bus).publish(call.topic, call.record)
    case 'subscribe': {
      const { subscription, topic, group } = call
      const bus = known(buses, call.bus)
      const handler = handlerFor(subscription)
      const handle = call.deadLetters ? example.withDeadLetters(bus, handler) : handler
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

function known<T>(things: ReadonlyMap<number, T>, id: number): T {
  const thing = things.get(id)
  if (thing === undefined) throw new Error(`there is no number ${id}`)
  return thing
}

const example = load('bus', 'settings', 'dead-letters')
process.on('message', async (order: Order) => {
  if (order.type === 'handled') return deliveries[order.delivery]?.handled(order.error)
  const { id, call } = order
  try {
    say({ type: 'done', id, value: await follow(await example, call) })
  } catch (error) {
    say({ type: 'failed', id, error: toSent(error) })
  }
})
process.once('disconnect', () => process.exit())
