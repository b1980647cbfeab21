import { COORDINATOR_NOT_AVAILABLE, ILLEGAL_GENERATION } from './errors.ts'
import { Group } from './group.ts'

/** How many groups are kept. */
const maxGroups = 1_000

/** An offset that a group has committed: the next one it wants to read. */
export interface Committed {
  name: string
  index: number
  offset: bigint
  metadata: string
}

/** The groups and what they have committed. */
export class Groups {
  readonly #groups = new Map<string, Group>()
  readonly #offsets = new Map<string, Map<string, Committed>>()

  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  /**
   * The group of this id, if need be a new one, for which the oldest one
   * without members is forgotten; undefined when all have members.
   */
  ensure(id: string): Group | undefined {
    const group = this.#groups.get(id) ?? new Group()
    if (!this.#groups.has(id) && this.#groups.size >= maxGroups) {
      const [empty] = [...this.#groups].find(([, it]) => !it.hasMembers) ?? []
      if (empty === undefined) return undefined
      this.#groups.delete(empty)
      this.#offsets.delete(empty)
    }
    this.#groups.set(id, group)
    return group
  }

  /** Whether this member of the group may commit now. */
  checkCommit(id: string, memberId: string, generation: number): number {
    const known = this.get(id)
    if (!known && generation >= 0) return ILLEGAL_GENERATION
    const group = known ?? this.ensure(id)
    if (!group) return COORDINATOR_NOT_AVAILABLE
    return group.checkCommit(memberId, generation)
  }

  commit(id: string, committed: Committed): void {
    const offsets = this.#offsets.get(id) ?? new Map<string, Committed>()
    offsets.set(keyOf(committed.name, committed.index), committed)
    this.#offsets.set(id, offsets)
  }

  committed(id: string, name: string, index: number) {
    return this.#offsets.get(id)?.get(keyOf(name, index))
  }

  /** In the order of their first commits. */
  allCommitted(id: string): Committed[] {
    return [...(this.#offsets.get(id)?.values() ?? [])]
  }

  /** What was committed of a topic goes with the topic. */
  forgetTopic(topic: string): void {
    for (const offsets of this.#offsets.values()) {
      for (const [key, committed] of offsets) {
        if (committed.name === topic) offsets.delete(key)
      }
    }
  }
}

const keyOf = (name: string, index: number) => `${name}:${index}`
