import { setTimeout as sleep } from 'node:timers/promises'
import {
  compatibilityPartitioner,
  Consumer,
  findErrorBy,
  ProduceAcks,
  Producer,
  type Message,
  type MessagesStream,
  type MessageToProduce,
} from '@platformatic/kafka'
import { explainError } from './errors.ts'
import { checkClient, createCommitter } from './fenced-commit.ts'
import {
  FencedError,
  type Bus,
  type BusRecord,
  type Data,
  type Handler,
  type NewRecord,
  type Subscription,
} from './port.ts'
import { retry, retryMs } from './retry.ts'
import type { Settings } from './settings.ts'

export * from './port.ts'

/** Options of every client. Its retries take 20 s, longer than a restart. */
export function clientOptions({ brokers, sasl, tls }: Settings) {
  const address = { clientId: 'orders', bootstrapBrokers: brokers, sasl }
  const limits = { retries: 100, retryDelay: 200, connectTimeout: 2000 }
  return { ...address, ...limits, ...(tls && { tls: {} }) }
}

/** @throws BusError when the cluster rejects us or can't be reached for 20 s */
export async function connect(settings: Settings): Promise<Bus> {
  const client = clientOptions(settings)
  checkClient({ ...client, groupId: 'orders' })
  const producer = new Producer({
    ...client,
    acks: ProduceAcks.ALL,
    idempotent: true,
  })
  const subscriptions = new Set<Subscription>()

  /** Fails after 1 s. The producer and the consumer would retry for 20 s. */
  async function findTopic(topic: string) {
    try {
      await producer.metadata({ topics: [topic], retries: 5 })
    } catch (cause) {
      // Other errors may come from a broker that restarts, so those are left
      // to the retries of the operation that follows.
      const error = cause as Error
      if (findErrorBy(error, 'message', `Unknown topic ${topic}.`)) {
        throw explainError(error, settings, topic)
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
    throw explainError(error, settings)
  }

  return {
    // #region publish
    async publish(topic, record) {
      await findTopic(topic)
      const hasKey = record.key !== null
      try {
        const { offsets } = await producer.send({
          messages: [toMessage(topic, record)],
          // Without a partitioner, the client uses the partitions in turn.
          partitioner: hasKey ? compatibilityPartitioner : undefined,
        })
        const { partition, offset } = offsets![0]!
        return { partition, offset }
      } catch (error) {
        throw explainError(error, settings, topic)
      }
    },
    // #endregion
    async subscribe({ topic, group }, handle) {
      await findTopic(topic)
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
  handle: Handler,
): Promise<Subscription> {
  const sessionTimeout = settings.sessionTimeoutMs ?? 6000
  const client = { ...clientOptions(settings), groupId: group, retries: 10 }
  const consumer = new Consumer({
    ...client,
    sessionTimeout,
    rebalanceTimeout: sessionTimeout,
    heartbeatInterval: Math.min(500, sessionTimeout / 4),
    maxWaitTime: 200,
    autocommit: false,
  })
  const joinGroup = () => retry(() => consumer.joinGroup({}))
  let isStopped = false
  let stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined
  // The loop that reads the stream sees its errors, so this call ignores them.
  const closeStream = () => void stream?.close().catch(() => {})
  const stopped = Promise.withResolvers<void>()
  consumer.on('error', () => joinGroup().catch(stopped.reject))
  // Messages of the previous generation may belong to another member by now.
  consumer.on('consumer:group:join', closeStream)
  consumer.topics.track(topic)
  try {
    await joinGroup()
  } catch (error) {
    await consumer.close(true).catch(() => {})
    throw explainError(error, settings, topic)
  }

  // #region generation
  /** Handles the messages of one generation, then waits for the next one. */
  async function consumeGeneration() {
    const { generationId } = consumer
    const nextGeneration = new Promise((resolve) => {
      consumer.once('consumer:group:join', resolve)
    })
    const committer = createCommitter(client, consumer)
    const isOver = () =>
      isStopped ||
      committer.isFenced() ||
      consumer.generationId !== generationId
    try {
      for await (const message of readMessages(isOver)) {
        if (isOver()) break
        let hasReturned = false
        await handle(toRecord(message), async () => {
          if (hasReturned) throw new FencedError('The handler has returned')
          await committer.commit(message)
        }).finally(() => (hasReturned = true))
      }
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
    } finally {
      await committer.close()
    }
    if (!isStopped) await Promise.race([nextGeneration, stopped.promise])
  }
  // #endregion

  /** Reads from the committed offsets. A new stream finds a new leader. */
  async function* readMessages(isOver: () => boolean) {
    let failingSince = 0
    while (!isOver()) {
      try {
        stream = await consumer.consume({
          topics: [topic],
          mode: 'committed',
          fallbackMode: 'earliest',
        })
        if (isOver()) return
        for await (const message of stream) {
          failingSince = 0
          yield message
        }
      } catch (error) {
        failingSince ||= Date.now()
        if (Date.now() - failingSince > retryMs) {
          throw explainError(error, settings, topic)
        }
        await sleep(200)
      } finally {
        closeStream()
      }
    }
  }

  async function consume() {
    try {
      while (!isStopped) await consumeGeneration()
    } finally {
      // If leaving the group fails, the session times out.
      await retry(() => consumer.close(true)).catch(() => {})
    }
  }
  const ended = consume()
  const settled = ended.catch(() => {})
  return {
    ended,
    async stop() {
      isStopped = true
      closeStream()
      stopped.resolve()
      await Promise.race([settled, sleep(5000, undefined, { ref: false })])
    },
  }
}
// #endregion

/** A map of buffers keeps repeated names, because no two buffers are equal. */
export function toMessage(
  topic: string,
  { key, value, headers = [] }: NewRecord,
): MessageToProduce {
  return {
    topic,
    key: toBuffer(key),
    value: toBuffer(value),
    headers: new Map(
      headers.map(([name, data]) => [Buffer.from(name), toBuffer(data)!]),
    ),
  }
}

/** The client sends and returns `undefined` for null. Its types hide that. */
function toBuffer(data: Data) {
  return data === null ? undefined : Buffer.from(data)
}

function toRecord({ topic, partition, offset, ...rest }: Message): BusRecord {
  const position = { topic, partition, offset }
  const [key = null, value = null] = [rest.key, rest.value]
  const headers = rest.headerEntries.map(
    ([name, data = null]): BusRecord['headers'][number] => [name, data],
  )
  return { ...position, key, value, headers }
}
