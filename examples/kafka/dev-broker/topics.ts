import { randomUUID } from 'node:crypto'
import * as codes from './errors.ts'
import { Log, type LogLimits } from './log.ts'

/** A topic that a client wants to create. -1 means the broker's default. */
export interface NewTopic {
  name: string
  partitions: number
  replicas: number
  /** Brokers for each partition, chosen by the client. */
  assignments: readonly unknown[]
}

/** Limit for all topics together, since empty partitions take memory too. */
const maxPartitions = 1_000

/** A topic as a request names it: by name, or else by ID (KIP-516). */
export interface TopicKey {
  name: string
  id: string
}

/** The ID in keys that have a name instead. */
export const noId = '0'.repeat(32)

export interface Topic extends TopicKey {
  /** A log per partition. */
  logs: readonly Log[]
}

/** All topics, by name and by ID. */
export class Topics {
  readonly #limits: LogLimits
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  get all(): Topic[] {
    return [...this.#byName.values()]
  }

  /** Returns the topic, or an error code if it does not exist. */
  get({ name, id }: TopicKey): Topic | number {
    return id === noId
      ? (this.#byName.get(name) ?? codes.UNKNOWN_TOPIC_OR_PARTITION)
      : (this.#byId.get(id) ?? codes.UNKNOWN_TOPIC_ID)
  }

  /** Returns the log of a partition, or an error code if it does not exist. */
  log(key: TopicKey, partition: number): Log | number {
    const topic = this.get(key)
    if (typeof topic === 'number') return topic
    return topic.logs[partition] ?? codes.UNKNOWN_TOPIC_OR_PARTITION
  }

  /**
   * Returns why the topic cannot be created, in Kafka's order of checks, or
   * undefined if it can be.
   *
   * @param existing the topics that a new name must not collide with
   */
  refuse(
    topic: NewTopic,
    existing: readonly string[],
  ): readonly [error: number, message: string] | undefined {
    const { name, replicas } = topic
    const other = existing.find((known) => toMetric(known) === toMetric(name))
    if (this.#byName.has(name)) {
      return [codes.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`]
    }
    if (other !== undefined) {
      const message = `Topic '${name}' collides with existing topic: ${other}`
      return [codes.INVALID_TOPIC_EXCEPTION, message]
    }
    if (!isTopicName(name)) {
      const message = 'Use at most 249 letters, digits, ".", "_" and "-".'
      return [codes.INVALID_TOPIC_EXCEPTION, message]
    }
    if (topic.assignments.length > 0) {
      const message = 'The dev broker assigns partitions itself.'
      return [codes.INVALID_REPLICA_ASSIGNMENT, message]
    }
    if (replicas < -1 || replicas === 0) {
      const message = 'Replication factor must be larger than 0, or -1.'
      return [codes.INVALID_REPLICATION_FACTOR, message]
    }
    if (topic.partitions < -1 || topic.partitions === 0) {
      const message = 'Number of partitions must be larger than 0, or -1.'
      return [codes.INVALID_PARTITIONS, message]
    }
    if (replicas > 1) {
      const message = 'The dev broker is the only broker.'
      return [codes.INVALID_REPLICATION_FACTOR, message]
    }
    const partitions = this.all.flatMap(({ logs }) => logs).length
    if (partitions + toCount(topic) > maxPartitions) {
      const message = `The dev broker has at most ${maxPartitions} partitions in all. Delete a topic.`
      return [codes.POLICY_VIOLATION, message]
    }
    return undefined
  }

  create({ name, ...of }: NewTopic): Topic {
    const length = toCount(of)
    const logs = Array.from({ length }, () => new Log(this.#limits))
    const id = newId()
    const topic = { name, id, logs }
    this.#byName.set(name, topic)
    this.#byId.set(id, topic)
    return topic
  }

  delete({ name, id }: Topic): void {
    this.#byName.delete(name)
    this.#byId.delete(id)
  }
}

/** A random ID for a topic. */
export const newId = () => randomUUID().replaceAll('-', '')

/** How many partitions the topic gets. */
export const toCount = ({ partitions }: Pick<NewTopic, 'partitions'>) =>
  partitions === -1 ? 1 : partitions

/** Names that differ in "." and "_" alone collide in Kafka's metrics. */
const toMetric = (name: string) => name.replaceAll('.', '_')

/** Whether Kafka accepts the name for a topic. */
export function isTopicName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(name)
}
