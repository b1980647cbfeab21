import {
  COORDINATOR_NOT_AVAILABLE,
  ILLEGAL_GENERATION,
  NONE,
} from './errors.ts'
import { Group } from './group.ts'

/** How many groups are kept. */
const maxGroups = 1_000

/** An offset that a group has committed: the next one it wants to read. */
export interface Committed {
  topic: string
  partition: number
  offset: bigint
  metadata: string
}

/** The groups and what they have committed. */
export class Groups {
  readonly #groups = new Map<string, Group>()
  readonly #offsets = new Map<string, Map<string, Committed>>()

  get ids(): string[] {
    return [...this.#groups.keys()]
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  /**
   * The group of this id, if need be a new one, for which the oldest one
   * without members is forgotten; undefined when all have members.
   */
  ensure(id: string): Group | undefined {
    const known = this.#groups.get(id)
    if (known) return known
    if (this.#groups.size >= maxGroups) {
      const empty = this.ids.find((it) => this.get(it)?.state === 'Empty')
      if (empty === undefined) return undefined
      this.delete(empty)
    }
    const group = new Group()
    this.#groups.set(id, group)
    return group
  }

  delete(id: string): void {
    this.#groups.delete(id)
    this.#offsets.delete(id)
  }

  /** Whether this member of the group may commit now. */
  checkCommit(id: string, memberId: string, generation: number): number {
    const known = this.get(id)
    if (!known && generation >= 0) return ILLEGAL_GENERATION
    const group = known ?? this.ensure(id)
    if (!group) return COORDINATOR_NOT_AVAILABLE
    return group.checkCommit(memberId, generation)
  }

  commit(id: string, committed: Committed): number {
    const offsets = this.#offsets.get(id) ?? new Map<string, Committed>()
    offsets.set(keyOf(committed.topic, committed.partition), committed)
    this.#offsets.set(id, offsets)
    return NONE
  }

  committed(id: string, topic: string, partition: number) {
    return this.#offsets.get(id)?.get(keyOf(topic, partition))
  }

  /** In the order of their first commits. */
  allCommitted(id: string): Committed[] {
    return [...(this.#offsets.get(id)?.values() ?? [])]
  }

  /** What was committed of a topic goes with the topic. */
  forgetTopic(topic: string): void {
    for (const offsets of this.#offsets.values()) {
      for (const [key, committed] of offsets) {
        if (committed.topic === topic) offsets.delete(key)
      }
    }
  }
}

const keyOf = (topic: string, partition: number) => `${topic}:${partition}`
