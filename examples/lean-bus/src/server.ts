import type { Duplex } from 'node:stream'
import { openPeer, type Held, type Peer } from './connection.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { BusError } from './errors.ts'
import type { Folder } from './files.ts'
import { Fields, magic, types, u16, u32, u64, version } from './frames.ts'
import type { Frame } from './frames.ts'
import { openGroups } from './groups.ts'
import { limits } from './limits.ts'
import { openLog, type Log } from './log.ts'

export interface BrokerOptions {
  /** How long a silent peer keeps its connection and its leases; 6000. */
  leaseMs?: number
  segmentBytes?: number
  /** The oldest segment of a topic goes when so much is left; unlimited. */
  retainBytes?: number
  /** The oldest segment of a topic goes when it is so old; unlimited. */
  retainMs?: number
  /** Told of torn tails, and of what nobody else is told. */
  warn?(text: string): void
}

interface Subscription {
  /** Group and topic. */
  key: string
  log: Log
  delivery: Delivery
}

type Subscriptions = Map<number, Subscription>

export type Broker = Awaited<ReturnType<typeof openBroker>>

/**
 * Opens a broker on a folder, which nobody else may use.
 *
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function openBroker(folder: Folder, options: BrokerOptions = {}) {
  const { leaseMs = 6000, warn = () => {} } = options
  const { retainBytes = Infinity, retainMs = Infinity } = options
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const logs = new Map<string, Log>()
  const making = new Map<string, Promise<void>>()
  const peers = new Set<Peer>()
  const held: Held = { input: 0, unsynced: 0, releases: new Set() }
  let isClosing = false

  const open = async (name: string, segmentBytes = options.segmentBytes) =>
    openLog(await folder.folder(name), {
      ...(segmentBytes && { segmentBytes }),
      warn: (text) => warn(`${name}/${text}`),
      failed: failed.reject,
    })
  for (const name of await folder.folders()) {
    if (isName(name)) logs.set(name, await open(name))
  }
  const groupLog = await open('__groups', 4 * 1024 * 1024)
  const groups = await openGroups(groupLog)

  async function retain() {
    const now = Date.now()
    for (const log of logs.values()) {
      await log.deleteOldest(
        ({ bytesLeft, timeMs }) =>
          bytesLeft >= retainBytes || now - timeMs > retainMs,
      )
    }
  }
  await retain()
  const retaining = setInterval(() => void retain(), 1000)

  function find(topic: string) {
    const log = logs.get(topic)
    if (log) return log
    const mend = `Make it with: npm run topic -- ${topic}`
    throw new BusError('UNKNOWN_TOPIC', `There is no topic "${topic}". ${mend}`)
  }

  async function make(topic: string) {
    if (logs.has(topic)) return
    if (logs.size + making.size >= limits.topics) {
      throw new BusError('OVERLOADED', `${limits.topics} topics are there`)
    }
    const made =
      making.get(topic) ?? open(topic).then((log) => void logs.set(topic, log))
    making.set(topic, made)
    await made.finally(() => making.delete(topic))
  }

  async function produce(fields: Fields) {
    const log = find(fields.text())
    const batch = fields.rest()
    held.unsynced += batch.length
    try {
      return u64(await log.append(batch))
    } finally {
      held.unsynced -= batch.length
      if (held.unsynced <= limits.unsynced / 2) {
        for (const release of held.releases) release()
      }
    }
  }

  function subscribe(fields: Fields, peer: Peer, subscriptions: Subscriptions) {
    const [topic, group] = [fields.text(), named(fields.text(), 'group')]
    const [id, credit] = [fields.u32(), fields.u32()]
    fields.end()
    if (subscriptions.has(id)) {
      throw new BusError('BAD_FRAME', `subscription ${id} is there already`)
    }
    if (subscriptions.size >= limits.subscriptions) {
      throw new BusError('OVERLOADED', `${limits.subscriptions} subscriptions`)
    }
    const [log, key] = [find(topic), `${group}/${topic}`]
    const delivery = createDelivery(peer, log, id, credit, (text) =>
      warn(`group ${group}, topic ${topic}: ${text}`),
    )
    const joined = groups.join(key, delivery)
    subscriptions.set(id, { key, log, delivery })
    log.listeners.add(delivery.wake)
    return joined
  }

  async function leave({ key, log, delivery }: Subscription) {
    delivery.stop()
    log.listeners.delete(delivery.wake)
    if (!isClosing) await groups.leave(key, delivery)
  }

  async function commit(fields: Fields, subscriptions: Subscriptions) {
    const [id, epoch, next] = [fields.u32(), fields.u32(), fields.u64()]
    fields.end()
    const { key, log, delivery } = active(id, subscriptions)
    if (delivery.epoch() === 0) {
      throw new BusError('NOT_ACTIVE', `subscription ${id} stands by`)
    }
    if (next > log.durableEnd()) {
      throw new BusError('OFFSET_RANGE', `the log ends at ${log.durableEnd()}`)
    }
    await groups.commit(key, epoch, next)
  }

  /** Does what a peer asks for, and gives the payload of the answer. */
  async function answer(
    { type, correlation, payload }: Frame,
    peer: Peer,
    subscriptions: Subscriptions,
  ): Promise<Uint8Array[] | undefined> {
    const fields = new Fields(payload)
    if (isClosing) throw new BusError('SHUTTING_DOWN', 'The broker is closing.')
    switch (type) {
      case types.HELLO: {
        if (fields.u32() !== magic) {
          throw new BusError('BAD_FRAME', 'not a peer of the lean bus')
        }
        if (fields.u16() !== version) {
          throw new BusError('BAD_VERSION', `this broker speaks ${version}`)
        }
        return [u16(version), u32(limits.frame), u32(leaseMs)]
      }
      case types.PRODUCE:
        return [await produce(fields)]
      case types.SUBSCRIBE: {
        const joined = subscribe(fields, peer, subscriptions)
        // Before the lease, which takes a sync at least.
        peer.send(types.OK, correlation)
        await joined
        return undefined
      }
      case types.CREDIT: {
        const [id, bytes] = [fields.u32(), fields.u32()]
        subscriptions.get(id)?.delivery.grant(bytes)
        return undefined
      }
      case types.COMMIT:
        await commit(fields, subscriptions)
        return []
      case types.STAT: {
        const [topic, group] = [fields.text(), fields.text()]
        const log = find(topic)
        const committed = groups.committed(`${group}/${topic}`)
        return [log.start(), log.durableEnd(), committed].map(u64)
      }
      case types.CREATE:
        await make(named(fields.text(), 'topic'))
        return []
      case types.PING:
        return []
      case types.UNSUBSCRIBE: {
        const id = fields.u32()
        const subscription = active(id, subscriptions)
        subscriptions.delete(id)
        await leave(subscription)
        return []
      }
      case types.READ: {
        const [topic, offset, most] = [
          fields.text(),
          fields.u64(),
          fields.u32(),
        ]
        const reader = find(topic).reader(offset)
        return [await reader.read(Math.min(most, limits.delivery))]
      }
      default:
        throw new BusError('BAD_FRAME', `there is no request ${type}`)
    }
  }

  /** Serves one peer until its stream ends. */
  function accept(stream: Duplex) {
    const subscriptions: Subscriptions = new Map()
    const peer = openPeer(stream, {
      held,
      leaseMs,
      warn,
      receive(frame) {
        answer(frame, peer, subscriptions).then(
          (parts) => parts && peer.send(types.OK, frame.correlation, ...parts),
          (error: unknown) => peer.sendError(frame.correlation, error),
        )
      },
      ready() {
        for (const { delivery } of subscriptions.values()) delivery.wake()
      },
      closed() {
        peers.delete(peer)
        for (const subscription of subscriptions.values()) {
          leave(subscription).catch((error: unknown) => warn(String(error)))
        }
      },
    })
    peers.add(peer)
    if (peers.size <= limits.connections) return
    peer.sendError(0, new BusError('OVERLOADED', 'too many connections'))
    peer.end()
  }

  return {
    accept,
    /** Rejects when a write has failed: then the process should end. */
    failed: failed.promise,
    /** Stores what was taken, answers it, ends the connections. */
    async close() {
      isClosing = true
      clearInterval(retaining)
      for (const log of [...logs.values(), groupLog]) await log.close()
      for (const peer of peers) peer.end()
    },
  }
}

function active(id: number, subscriptions: Subscriptions) {
  const subscription = subscriptions.get(id)
  if (subscription) return subscription
  throw new BusError('NOT_ACTIVE', `there is no subscription ${id}`)
}

function named(name: string, what: string) {
  if (isName(name)) return name
  const mend = 'give a-z, 0-9, ".", "_" and "-", at most 100'
  throw new BusError('BAD_NAME', `"${name}" is no name for a ${what}: ${mend}`)
}

/** No name that passes leaves the folder, or differs from another by case. */
function isName(name: string) {
  return /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)
}
