import { setTimeout as sleep } from 'node:timers/promises'
import {
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
import {
  FencedError,
  type Bus,
  type BusRecord,
  type Handle,
  type Subscription,
} from './port.ts'
import type { Settings } from './settings.ts'

export * from './port.ts'

type KafkaMessage = Message<string, Buffer, string, string>

/** How a client reaches the cluster; 20 s of retries outlast a restart. */
export function clientOptions({ brokers, sasl, tls }: Settings) {
  const address = { clientId: 'orders', bootstrapBrokers: brokers, sasl }
  const limits = { retries: 100, retryDelay: 200, connectTimeout: 2000 }
  return { ...address, ...limits, ...(tls && { tls: {} }) }
}

/** @throws BusError when the cluster refuses to talk, or after 20 s is not there */
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
  const subscriptions = new Set<Subscription>()

  /** Looks for a second: producer and consumer would go on for 20 s. */
  async function find(topic: string) {
    try {
      await producer.metadata({ topics: [topic], retries: 5 })
    } catch (cause) {
      // A broker that restarts is another matter: for it there are the 20 s.
      const error = cause as Error
      if (findErrorBy(error, 'message', `Unknown topic ${topic}.`)) {
        throw explain(error, settings, topic)
      }
    }
  }

  async function close() {
    await Promise.all([...subscriptions].map(({ stop }) => stop()))
    await producer.close()
  }

  try {
    await producer.initIdempotentProducer({})
  } catch (error) {
    await close()
    throw explain(error, settings)
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
    close,
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
  const client = { ...clientOptions(settings), groupId: group, retries: 10 }
  const consumer = new Consumer<string, Buffer, string, string>({
    ...client,
    deserializers: { ...stringDeserializers, value: (value) => value! },
    sessionTimeout: lease,
    rebalanceTimeout: lease,
    heartbeatInterval: Math.min(500, lease / 4),
    maxWaitTime: 200,
    autocommit: false,
  })
  const joinGroup = () => persist(() => consumer.joinGroup({}))
  let stopped = false
  let stream: MessagesStream<string, Buffer, string, string> | undefined
  // It ends in the loop that reads it; its own rejection tells nothing more.
  const closeStream = () => void stream?.close().catch(() => {})
  const over = Promise.withResolvers<void>()
  consumer.on('error', () => joinGroup().catch(over.reject))
  // What was fetched under the old generation may be another member's now.
  consumer.on('consumer:group:join', closeStream)
  consumer.topics.track(topic)
  try {
    await joinGroup()
  } catch (error) {
    await consumer.close(true).catch(() => {})
    throw explain(error, settings, topic)
  }

  /** Reads on from the committed offsets; a new stream asks the new leader. */
  async function* read(lost: () => boolean) {
    let failing = 0
    while (!lost()) {
      try {
        stream = await consumer.consume({
          topics: [topic],
          mode: 'committed',
          fallbackMode: 'earliest',
        })
        if (lost()) return
        for await (const message of stream) {
          failing = 0
          yield message
        }
      } catch (error) {
        failing ||= Date.now()
        if (Date.now() - failing > 20_000) throw explain(error, settings, topic)
        await sleep(200)
      } finally {
        closeStream()
      }
    }
  }

  // #region generation
  /** Serves one generation: its own streams, and a committer bound to it. */
  async function serveGeneration() {
    const { generationId, memberId } = consumer
    const next = new Promise((resolve) => {
      consumer.once('consumer:group:join', resolve)
    })
    // It never joins, so it cannot rejoin and commit again as a new member.
    const committer = new Consumer({ ...client, retries: 0 })
    Object.assign(committer, { generationId, memberId })
    let fenced = false
    const lost = () =>
      stopped || fenced || consumer.generationId !== generationId
    try {
      for await (const message of read(lost)) {
        if (lost()) break
        let returned = false
        await handle(toRecord(message), async () => {
          if (fenced || returned) throw new FencedError('The lease is over')
          await commit(committer, message).catch((error) => {
            fenced ||= error instanceof FencedError
            throw error
          })
        }).finally(() => (returned = true))
      }
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
    } finally {
      await committer.close().catch(() => {})
    }
    if (!stopped) await Promise.race([next, over.promise])
  }
  // #endregion

  async function serve() {
    try {
      while (!stopped) await serveGeneration()
    } finally {
      // If the group does not answer, the lease ends by itself.
      await persist(() => consumer.close(true)).catch(() => {})
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

// #region commit
/** Commits as the member of one generation, or rejects with `FencedError`. */
async function commit(
  committer: Consumer<Buffer, Buffer, Buffer, Buffer>,
  { topic, partition, offset, leaderEpoch }: KafkaMessage,
) {
  const next = { topic, partition, offset: offset + 1n, leaderEpoch }
  try {
    await persist(() => committer.commit({ offsets: [next] }))
  } catch (cause) {
    if (committer.closed || needsRejoin(cause)) {
      throw new FencedError('The lease is over', { cause })
    }
    throw cause
  }
}
// #endregion

/** Tries again for 20 s, unless the group has gone on without us. */
async function persist(operation: () => Promise<unknown>) {
  for (const end = Date.now() + 20_000; ;) {
    try {
      return await operation()
    } catch (error) {
      const final = findErrorBy(error as Error, 'canRetry', false) !== null
      if (final || needsRejoin(error) || Date.now() > end) throw error
      await sleep(200)
    }
  }
}

function needsRejoin(error: unknown) {
  return findErrorBy(error as Error, 'needsRejoin', true) !== null
}

function toRecord(message: KafkaMessage): BusRecord {
  const { topic, partition, offset, key, value, headers } = message
  const read = { topic, partition, offset, key, value }
  return { ...read, headers: Object.fromEntries(headers) }
}
