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

/** All topics by name, each with a log per partition. */
export class Topics {
  readonly #limits: LogLimits
  readonly #logs = new Map<string, Log[]>()

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  get names(): string[] {
    return [...this.#logs.keys()]
  }

  /** Undefined if the topic does not exist. */
  partitions(name: string): readonly Log[] | undefined {
    return this.#logs.get(name)
  }

  log(name: string, partition: number): Log | undefined {
    return this.#logs.get(name)?.[partition]
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
    if (this.#logs.has(name)) {
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
    const partitions = [...this.#logs.values()].flat().length
    if (partitions + toCount(topic) > maxPartitions) {
      const message = `The dev broker has at most ${maxPartitions} partitions in all. Delete a topic.`
      return [codes.POLICY_VIOLATION, message]
    }
    return undefined
  }

  create(topic: NewTopic): void {
    const length = toCount(topic)
    const logs = Array.from({ length }, () => new Log(this.#limits))
    this.#logs.set(topic.name, logs)
  }

  /** Returns false if the topic does not exist. */
  delete(name: string): boolean {
    return this.#logs.delete(name)
  }
}

const toCount = ({ partitions }: NewTopic) =>
  partitions === -1 ? 1 : partitions

/** Names that differ in "." and "_" alone collide in Kafka's metrics. */
const toMetric = (name: string) => name.replaceAll('.', '_')

/** Whether Kafka accepts the name for a topic. */
export function isTopicName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(name)
}
