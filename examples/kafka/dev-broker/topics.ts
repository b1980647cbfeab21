import {
  INVALID_PARTITIONS,
  INVALID_TOPIC_EXCEPTION,
  NONE,
  POLICY_VIOLATION,
  TOPIC_ALREADY_EXISTS,
} from './errors.ts'
import { Log, type LogLimits } from './log.ts'

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

  /** Returns NONE if the topic can be created, else an error code. */
  check(name: string, partitions: number): number {
    if (!isTopicName(name)) return INVALID_TOPIC_EXCEPTION
    if (this.#logs.has(name)) return TOPIC_ALREADY_EXISTS
    if (partitions < 1) return INVALID_PARTITIONS
    const existing = [...this.#logs.values()].flat().length
    return existing + partitions > maxPartitions ? POLICY_VIOLATION : NONE
  }

  create(name: string, partitions: number): void {
    const logs = Array.from({ length: partitions }, () => new Log(this.#limits))
    this.#logs.set(name, logs)
  }

  /** Returns false if the topic does not exist. */
  delete(name: string): boolean {
    return this.#logs.delete(name)
  }
}

/** Whether Kafka accepts the name for a topic. */
export function isTopicName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(name)
}
