import type { BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { endOf, type Found, type Sent } from './system.ts'

export interface TopicModel {
  /** All batches that were ever acknowledged or recovered, including deleted ones. */
  readonly batches: Found[]
  /** The oldest offset at the last check. */
  start: number
  /** The last five batches of each producer, which the broker has to remember. The newest comes last. */
  readonly producers: Map<number, { readonly id: bigint; readonly sent: Acknowledged[] }>
}

export interface Acknowledged {
  readonly sent: Sent
  readonly offset: number
}

export interface GroupModel {
  committed: number
  /** The largest epoch that any member received. */
  epoch: number
  /** The slots of its members in the order in which they joined. The first holds the lease. */
  queue: number[]
}

export interface MemberModel {
  readonly topic: string
  readonly group: string
  /** The offset of the next record that it handles. */
  readonly position: number
}

/** The expected state of the bus, in its simplest form. */
export class Model {
  readonly topics = new Map<string, TopicModel>()
  /** By `<group>/<topic>`. */
  readonly groups = new Map<string, GroupModel>()
  /** By slot, a number that is unique to each member. */
  readonly members = new Map<number, MemberModel>()
  #slots = 0
  #records = 0
  #producers = 0n

  topic(name: string): TopicModel {
    const topic = this.topics.get(name)
    if (!topic) throw new Error(`The model has no topic ${name}`)
    return topic
  }

  group({ topic, group }: { topic: string; group: string }): GroupModel {
    const key = `${group}/${topic}`
    const known = this.groups.get(key) ?? { committed: 0, epoch: 0, queue: [] }
    this.groups.set(key, known)
    return known
  }

  member(slot: number): MemberModel & { state: GroupModel; isActive: boolean } {
    const member = this.members.get(slot)
    if (!member) throw new Error(`The model has no member ${slot}`)
    const state = this.group(member)
    return { ...member, state, isActive: state.queue[0] === slot }
  }

  /** Whether this member exists in this role. */
  isMember(slot: number, role: 'active' | 'standby'): boolean {
    return this.members.has(slot) && this.member(slot).isActive === (role === 'active')
  }

  /** Adds a member. It gets the lease if the group is empty. */
  join(member: MemberModel): number {
    const slot = ++this.#slots
    this.members.set(slot, member)
    this.group(member).queue.push(slot)
    return slot
  }

  moveTo(slot: number, position: number): void {
    const { topic, group } = this.member(slot)
    this.members.set(slot, { topic, group, position })
  }

  /** Removes a member. Returns the slot of the member that takes over its lease, if there is one. */
  leave(slot: number): number | undefined {
    const { state, isActive } = this.member(slot)
    state.queue = state.queue.filter((other) => other !== slot)
    this.members.delete(slot)
    return isActive ? state.queue[0] : undefined
  }

  recordAt(topic: string, offset: number): BatchRecord | undefined {
    const batch = this.topic(topic).batches.findLast(({ base }) => base <= offset)
    return batch?.records[offset - batch.base]
  }

  end(topic: string): number {
    return endOf(this.topic(topic).batches.at(-1))
  }

  /** Creates unique records of these sizes. */
  records(sizes: readonly number[]): BatchRecord[] {
    return sizes.map((size) => {
      const number = ++this.#records
      const key = Buffer.from(`k${number}`)
      const value = size === 0 ? null : Buffer.alloc(size, number)
      const headers: BatchRecord['headers'] =
        number % 3 === 0
          ? [
              [key, null],
              [key, key],
            ]
          : []
      return { key, value, headers }
    })
  }

  /** Creates the next batch of the producer in this slot, or of a new one if the broker may have forgotten that. */
  nextOf(topic: string, slot: number, sizes: readonly number[]): Sent {
    const producer = this.topic(topic).producers.get(slot)
    const last = producer?.sent.at(-1)?.sent
    const firstSeq = last ? (last.producer?.firstSeq ?? 0) + last.records.length : 0
    const id = producer?.id ?? ++this.#producers
    return { topic, records: this.records(sizes), producer: { id, firstSeq } }
  }

  /** Stores an acknowledged batch. */
  store(sent: Sent, offset: number, slot?: number): void {
    const topic = this.topic(sent.topic)
    topic.batches.push({ base: offset, records: sent.records })
    topic.batches.sort((a, b) => a.base - b.base)
    if (slot === undefined || !sent.producer) return
    const { id } = sent.producer
    const known = topic.producers.get(slot)?.sent ?? []
    topic.producers.set(slot, { id, sent: [...known.slice(-4), { sent, offset }] })
  }

  /** Removes all members. */
  disconnectAll(): void {
    this.members.clear()
    for (const group of this.groups.values()) group.queue = []
  }
}
