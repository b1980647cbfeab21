import { setTimeout as sleep } from 'node:timers/promises'
import {
  Admin,
  compatibilityPartitioner,
  Consumer,
  findErrorBy,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
  type Message,
  type MessagesStream,
} from '@platformatic/kafka'
import { explain } from './errors.ts'
import type { Settings } from './settings.ts'

export interface NewRecord {
  key: string
  value: Uint8Array
  headers?: { [name: string]: string }
}

export interface BusRecord extends Required<NewRecord> {
  topic: string
  partition: number
  offset: bigint
}

/**
 * Gets one record at a time. `commit` marks it and all before it in its
 * partition as done; it rejects with `FencedError`, and changes nothing, once
 * another member may hold the partition or the handler has returned.
 */
export type Handle = (
  record: BusRecord,
  commit: () => Promise<void>,
) => Promise<void>

export interface Subscription {
  /** Hands out no further record, waits up to 5 s for the handler, leaves. */
  stop(): Promise<void>
  /** Rejects with what the handler threw, other than a `FencedError`. */
  ended: Promise<void>
}

export interface Bus {
  /** Resolves when every in-sync replica has the record. */
  publish(
    topic: string,
    record: NewRecord,
  ): Promise<{ partition: number; offset: bigint }>
  /** Starts at the group's committed offset, else at the oldest record. */
  subscribe(
    from: { topic: string; group: string },
    handle: Handle,
  ): Promise<Subscription>
  close(): Promise<void>
}

/** The lease under which the record was given is over. */
export class FencedError extends Error {
  readonly code = 'ERR_BUS_FENCED'
}

/** How a client reaches the cluster; 20 s of retries outlast a restart. */
export function clientOptions({ brokers, sasl, tls }: Settings) {
  const address = { clientId: 'orders', bootstrapBrokers: brokers, sasl }
  const limits = { retries: 100, retryDelay: 200, connectTimeout: 2000 }
  return { ...address, ...limits, ...(tls && { tls: {} }) }
}

/** @throws BusError when the cluster cannot be reached or refuses to talk */
export async function connect(settings: Settings): Promise<Bus> {
  const client = clientOptions(settings)
  const producer = new Producer<string, Uint8Array, string, string>({
    ...client,
    acks: ProduceAcks.ALL,
    idempotent: true,
    partitioner: compatibilityPartitioner,
    serializers: {
      ...stringSerializers,
      value: (value) => Buffer.from(value!),
    },
  })
  const admin = new Admin({ ...client, retries: 5 })
  const subscriptions = new Set<Subscription>()
  const topics = new Set<string>()

  /** Asks with few retries: the producer would try for 20 s to find a topic. */
  async function find(topic?: string) {
    if (topic !== undefined && topics.has(topic)) return
    try {
      await admin.metadata({ topics: topic === undefined ? [] : [topic] })
    } catch (error) {
      throw explain(error, settings, topic)
    }
    if (topic !== undefined) topics.add(topic)
  }

  try {
    await find()
  } catch (error) {
    await Promise.all([admin.close(), producer.close()])
    throw error
  }

  return {
    // #region publish
    async publish(topic, { key, value, headers }) {
      await find(topic)
      try {
        const { offsets } = await producer.send({
          messages: [{ topic, key, value, headers }],
        })
        const { partition, offset } = offsets![0]!
        return { partition, offset }
      } catch (error) {
        throw explain(error, settings, topic)
      }
    },
    // #endregion
    async subscribe({ topic, group }, handle) {
      await find(topic)
      const subscription = await join(settings, topic, group, handle)
      subscriptions.add(subscription)
      return subscription
    },
    async close() {
      await Promise.all([...subscriptions].map(({ stop }) => stop()))
      await Promise.all([producer.close(), admin.close()])
    },
  }
}

// #region subscribe
async function join(
  settings: Settings,
  topic: string,
  group: string,
  handle: Handle,
): Promise<Subscription> {
  const lease = settings.sessionTimeoutMs ?? 6000
  const client = { ...clientOptions(settings), groupId: group }
  const consumer = new Consumer<string, Buffer, string, string>({
    ...client,
    deserializers: {
      ...stringDeserializers,
      value: (value) => value as Buffer,
    },
    sessionTimeout: lease,
    rebalanceTimeout: lease,
    heartbeatInterval: Math.min(500, lease / 4),
    maxWaitTime: 200,
    autocommit: false,
  })
  let stopped = false
  let stream: MessagesStream<string, Buffer, string, string> | undefined
  const over = Promise.withResolvers<void>()
  // The stream ends in its loop; its own rejection tells nothing more.
  const closeStream = () => void stream?.close().catch(() => {})
  // What was fetched under the old generation may be another member's now.
  consumer.on('consumer:group:join', closeStream)
  consumer.on('error', over.reject)
  consumer.topics.track(topic)
  try {
    await consumer.joinGroup({})
  } catch (error) {
    await consumer.close(true).catch(() => {})
    throw explain(error, settings, topic)
  }

  /** Serves one generation: its own stream, and a committer bound to it. */
  async function serveGeneration() {
    const { generationId, memberId } = consumer
    const next = new Promise((resolve) => {
      consumer.once('consumer:group:join', resolve)
    })
    let fenced = false
    const lost = () =>
      stopped || fenced || consumer.generationId !== generationId
    // It never joins, so it cannot rejoin and commit again as a new member.
    const committer = new Consumer({ ...client, retries: 0 })
    Object.assign(committer, { generationId, memberId })
    try {
      stream = await consumer.consume({
        topics: [topic],
        mode: 'committed',
        fallbackMode: 'earliest',
      })
      if (lost()) return
      for await (const message of stream) {
        if (lost()) break
        let returned = false
        await handle(toRecord(message), async () => {
          try {
            if (returned) throw new FencedError('The handler has returned')
            if (fenced) throw new FencedError('The lease is over')
            await commit(committer, message)
          } catch (error) {
            fenced ||= !returned && error instanceof FencedError
            throw error
          }
        }).finally(() => (returned = true))
      }
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
    } finally {
      closeStream()
      await committer.close().catch(() => {})
    }
    if (!stopped) await Promise.race([next, over.promise])
  }

  async function serve() {
    try {
      while (!stopped) await serveGeneration()
    } finally {
      await consumer.close(true)
    }
  }
  const ended = serve()
  const settled = ended.catch(() => {})
  return {
    ended,
    async stop() {
      stopped = true
      closeStream()
      over.resolve()
      await Promise.race([settled, sleep(5000, undefined, { ref: false })])
    },
  }
}
// #endregion

function toRecord({
  topic,
  partition,
  offset,
  key,
  value,
  headers,
}: Message<string, Buffer, string, string>): BusRecord {
  const read = { topic, partition, offset, key, value }
  return { ...read, headers: Object.fromEntries(headers) }
}

// #region commit
/** Commits as the member of one generation, or rejects with `FencedError`. */
async function commit(
  committer: Consumer<Buffer, Buffer, Buffer, Buffer>,
  {
    topic,
    partition,
    offset,
    leaderEpoch,
  }: Message<string, Buffer, string, string>,
) {
  const next = { topic, partition, offset: offset + 1n, leaderEpoch }
  for (let attempt = 1; ; attempt++) {
    try {
      return await committer.commit({ offsets: [next] })
    } catch (cause) {
      const error = cause as Error
      if (committer.closed || findErrorBy(error, 'needsRejoin', true)) {
        throw new FencedError('The lease is over', { cause })
      }
      if (findErrorBy(error, 'canRetry', false) || attempt === 100) throw cause
      await sleep(200)
    }
  }
}
// #endregion
