import type { Duplex } from 'node:stream'
import { openPeer, type Held, type Peer } from './connection.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { BusError } from './errors.ts'
import type { Folder } from './files.ts'
import { Fields, magic, types, u16, u32, u64, version } from './frames.ts'
import type { Frame } from './frames.ts'
import { openGroups } from './groups.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { openLogs, type LogsOptions } from './logs.ts'
import { checkName } from './names.ts'

export interface BrokerOptions extends Partial<Omit<LogsOptions, 'failed'>> {
  /** How long a silent peer keeps its connection and its leases; 6000. */
  leaseMs?: number
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
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const peers = new Set<Peer>()
  const held: Held = { input: 0, unsynced: 0, releases: new Set() }
  let isClosing = false

  const logs = await openLogs(folder, {
    ...options,
    warn,
    failed: failed.reject,
  })
  const groups = await openGroups(logs.groups)
  await logs.retain(Date.now())
  const retaining = setInterval(() => void logs.retain(Date.now()), 1000)

  async function produce(fields: Fields) {
    const log = logs.find(fields.text())
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
    const [topic, group] = [fields.text(), checkName(fields.text(), 'group')]
    const [id, credit] = [fields.u32(), fields.u32()]
    fields.end()
    if (subscriptions.has(id)) {
      throw new BusError('BAD_FRAME', `subscription ${id} is there already`)
    }
    if (subscriptions.size >= limits.subscriptions) {
      throw new BusError('OVERLOADED', `${limits.subscriptions} subscriptions`)
    }
    const [log, key] = [logs.find(topic), `${group}/${topic}`]
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
        const log = logs.find(topic)
        const committed = groups.committed(`${group}/${topic}`)
        return [log.start(), log.durableEnd(), committed].map(u64)
      }
      case types.CREATE:
        await logs.make(checkName(fields.text(), 'topic'))
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
        const reader = logs.find(topic).reader(offset)
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
      await logs.close()
      for (const peer of peers) peer.end()
    },
  }
}

function active(id: number, subscriptions: Subscriptions) {
  const subscription = subscriptions.get(id)
  if (subscription) return subscription
  throw new BusError('NOT_ACTIVE', `there is no subscription ${id}`)
}
