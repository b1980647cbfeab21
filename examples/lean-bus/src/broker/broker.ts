import type { Duplex } from 'node:stream'
import type { Folder } from '../log/files.ts'
import type { Log } from '../log/log.ts'
import { openLogs, type LogsOptions } from '../log/logs.ts'
import { BusError } from '../protocol/errors.ts'
import {
  magic,
  types,
  u16,
  u32,
  u64,
  version,
  type Frame,
} from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'
import { checkName } from '../protocol/names.ts'
import { readRequest, type Request } from '../protocol/requests.ts'
import { createBackpressure, openPeer, type Peer } from './connection.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { openGroups } from './groups.ts'

export interface BrokerOptions extends Partial<Omit<LogsOptions, 'failed'>> {
  /** A peer that is silent for this long loses its leases, in ms. 6000. */
  leaseMs?: number
}

interface Subscription {
  /** `<group>/<topic>` */
  key: string
  log: Log
  delivery: Delivery
}

/** The subscriptions of one peer, by the IDs that the peer chose. */
type Subscriptions = Map<number, Subscription>

type RequestOf<Name> = Extract<Request, { name: Name }>

export type Broker = Awaited<ReturnType<typeof openBroker>>

/**
 * Opens a broker on a folder that nothing else uses.
 *
 * @throws BusError STORAGE, with file and position, when acknowledged bytes are
 *   damaged
 */
export async function openBroker(folder: Folder, options: BrokerOptions = {}) {
  const { leaseMs = 6000, warn = () => {} } = options
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const peers = new Map<Peer, Subscriptions>()
  const backpressure = createBackpressure()
  let isClosing = false

  const logs = await openLogs(folder, {
    ...options,
    warn,
    failed: failed.reject,
  })
  const groups = await openGroups(logs.groups)
  await logs.retain()
  const retaining = setInterval(() => void logs.retain(), 1000)

  /** Resolves when the lease begins, or immediately on standby. */
  function subscribe(
    { topic, group, id, credit }: RequestOf<'SUBSCRIBE'>,
    peer: Peer,
    subscriptions: Subscriptions,
  ) {
    if (subscriptions.has(id)) {
      throw new BusError('BAD_FRAME', `subscription ${id} already exists`)
    }
    if (subscriptions.size >= limits.subscriptions) {
      throw new BusError('OVERLOADED', 'too many subscriptions')
    }
    const [log, key] = [logs.find(topic), `${checkName(group)}/${topic}`]
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

  async function commit(
    { id, epoch, next }: RequestOf<'COMMIT'>,
    subscriptions: Subscriptions,
  ) {
    const { key, log, delivery } = find(id, subscriptions)
    if (delivery.epoch() === 0) {
      throw new BusError('NOT_ACTIVE', `subscription ${id} is on standby`)
    }
    await groups.commit(key, { epoch, next, end: log.durableEnd() })
  }

  /** Carries out a request. Resolves with the parts of the answer, if any. */
  async function answer(
    frame: Frame,
    peer: Peer,
    subscriptions: Subscriptions,
  ): Promise<Uint8Array[] | undefined> {
    const request = readRequest(frame)
    if (isClosing) throw new BusError('SHUTTING_DOWN', 'the broker is closing')
    switch (request.name) {
      case 'HELLO':
        if (peer.isGreeted()) {
          throw new BusError('BAD_FRAME', 'HELLO is only the first frame')
        }
        if (request.magic !== magic) {
          throw new BusError('BAD_FRAME', 'HELLO does not begin with LBUS')
        }
        if (request.version !== version) {
          throw new BusError(
            'BAD_VERSION',
            `this broker speaks version ${version}`,
          )
        }
        peer.acceptHello()
        return [u16(version), u32(limits.frame), u32(leaseMs)]
      case 'PRODUCE': {
        const { topic, batch } = request
        const appended = logs.find(topic).append(batch)
        return [u64(await backpressure.count(batch, appended))]
      }
      case 'SUBSCRIBE': {
        const joined = subscribe(request, peer, subscriptions)
        // Answered before the lease begins, which takes at least one sync.
        peer.send(types.OK, frame.correlation)
        await joined
        return undefined
      }
      case 'CREDIT':
        subscriptions.get(request.id)?.delivery.grant(request.bytes)
        return undefined
      case 'COMMIT':
        await commit(request, subscriptions)
        return []
      case 'STAT': {
        const { topic, group } = request
        const log = logs.find(topic)
        const committed = groups.committed(`${group}/${topic}`)
        return [log.start(), log.durableEnd(), committed].map(u64)
      }
      case 'CREATE':
        await logs.create(checkName(request.topic))
        return []
      case 'PING':
        return []
      case 'UNSUBSCRIBE': {
        const subscription = find(request.id, subscriptions)
        subscriptions.delete(request.id)
        await leave(subscription)
        return []
      }
      case 'READ': {
        const reader = logs.find(request.topic).reader(request.offset)
        const maxBytes = Math.min(request.bytes, limits.delivery)
        return [await peer.inTurn(() => reader.read(maxBytes))]
      }
    }
  }

  /** Serves one peer until its stream ends. */
  function accept(stream: Duplex) {
    const subscriptions: Subscriptions = new Map()
    const peer = openPeer(stream, {
      backpressure,
      leaseMs,
      warn,
      receive(frame) {
        return answer(frame, peer, subscriptions).then(
          (parts) => parts && peer.send(types.OK, frame.correlation, ...parts),
          (error: unknown) => peer.sendError(frame.correlation, error),
        )
      },
      closed() {
        peers.delete(peer)
        for (const subscription of subscriptions.values()) {
          leave(subscription).catch((error: unknown) => warn(String(error)))
        }
      },
    })
    peers.set(peer, subscriptions)
    if (peers.size <= limits.connections) return
    peer.sendError(0, new BusError('OVERLOADED', 'too many connections'))
    peer.end()
  }

  return {
    accept,
    /** Rejects when a write has failed. The process should exit then. */
    failed: failed.promise,
    /** Stores and answers the accepted requests, then ends all connections. */
    async close() {
      isClosing = true
      clearInterval(retaining)
      for (const subscriptions of peers.values()) {
        for (const { delivery } of subscriptions.values()) delivery.stop()
      }
      await logs.close()
      for (const peer of peers.keys()) peer.end()
    },
  }
}

function find(id: number, subscriptions: Subscriptions) {
  const subscription = subscriptions.get(id)
  if (subscription) return subscription
  throw new BusError('NOT_ACTIVE', `there is no subscription ${id}`)
}
