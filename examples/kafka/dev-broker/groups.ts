import { COORDINATOR_NOT_AVAILABLE, GROUP_ID_NOT_FOUND } from './errors.ts'
import { Group } from './group.ts'

const maxGroups = 1_000

/** A committed offset: the next record that the group has to read. */
export interface Committed {
  name: string
  index: number
  offset: bigint
  /** Of the last record that the group has read. -1 if the client sent none. */
  leaderEpoch: number
  metadata: string
}

/** All groups with their committed offsets. */
export class Groups {
  readonly #groups = new Map<string, Group>()
  readonly #offsets = new Map<string, Map<string, Committed>>()

  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  /**
   * Returns the group with this ID, or creates it. At the limit a new group
   * replaces the oldest one without members; undefined if all have members.
   */
  ensure(id: string): Group | undefined {
    const group = this.#groups.get(id) ?? new Group()
    if (!this.#groups.has(id) && this.#groups.size >= maxGroups) {
      const [empty] =
        [...this.#groups].find(([, { hasMembers }]) => !hasMembers) ?? []
      if (empty === undefined) return undefined
      this.#groups.delete(empty)
      this.#offsets.delete(empty)
    }
    this.#groups.set(id, group)
    return group
  }

  /** Returns NONE if this member may commit now, else an error code. */
  checkCommit(id: string, memberId: string, generation: number): number {
    const known = this.get(id)
    if (!known && generation >= 0) return GROUP_ID_NOT_FOUND
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

  /** Ordered by the first commit of each partition. */
  allCommitted(id: string): Committed[] {
    return [...(this.#offsets.get(id)?.values() ?? [])]
  }

  /** Deletes the committed offsets of a topic. */
  forgetTopic(topic: string): void {
    for (const offsets of this.#offsets.values()) {
      for (const [key, committed] of offsets) {
        if (committed.name === topic) offsets.delete(key)
      }
    }
  }
}

const keyOf = (name: string, index: number) => `${name}:${index}`
