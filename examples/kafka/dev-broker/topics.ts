import {
  INVALID_PARTITIONS,
  INVALID_TOPIC_EXCEPTION,
  NONE,
  POLICY_VIOLATION,
  TOPIC_ALREADY_EXISTS,
} from './errors.ts'
import { Log, type LogLimits } from './log.ts'

/** Of all topics together, so that nobody fills the memory with empty ones. */
const maxPartitions = 1_000

/** The topics by their names, each with a log per partition. */
export class Topics {
  readonly #limits: LogLimits
  readonly #logs = new Map<string, Log[]>()

  constructor(limits: LogLimits) {
    this.#limits = limits
  }

  get names(): string[] {
    return [...this.#logs.keys()]
  }

  /** Undefined if there is no such topic. */
  partitions(name: string): readonly Log[] | undefined {
    return this.#logs.get(name)
  }

  log(name: string, partition: number): Log | undefined {
    return this.#logs.get(name)?.[partition]
  }

  /** Gives the error that stands against a new topic, or 0. */
  check(name: string, partitions: number): number {
    if (!isTopicName(name)) return INVALID_TOPIC_EXCEPTION
    if (this.#logs.has(name)) return TOPIC_ALREADY_EXISTS
    if (partitions < 1) return INVALID_PARTITIONS
    const held = [...this.#logs.values()].reduce((sum, l) => sum + l.length, 0)
    return held + partitions > maxPartitions ? POLICY_VIOLATION : NONE
  }

  create(name: string, partitions: number): void {
    const logs = Array.from({ length: partitions }, () => new Log(this.#limits))
    this.#logs.set(name, logs)
  }

  /** False if there was no such topic. */
  delete(name: string): boolean {
    return this.#logs.delete(name)
  }
}

/** Whether Kafka allows it as the name of a topic. */
export function isTopicName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(name)
}
