import type { BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { after, type Found, type Sent } from './system.ts'

export interface TopicModel {
  /** All that was ever acknowledged or recovered, also what retention has deleted. */
  readonly batches: Found[]
  /** The oldest offset when it was last looked at. */
  start: number
  /** What the broker has to remember of each producer: its last five batches, the newest last. */
  readonly producers: Map<number, { readonly id: bigint; readonly sent: Acknowledged[] }>
}

export interface Acknowledged {
  readonly sent: Sent
  readonly offset: number
}

export interface GroupModel {
  committed: number
  /** The greatest that any member was told. */
  epoch: number
  /** The slots of its members in the order in which they came: the first holds the lease. */
  line: number[]
}

export interface MemberModel {
  readonly topic: string
  readonly group: string
  /** The offset of the next record to be handled. */
  readonly position: number
}

/** What the bus should hold, in the simplest form. */
export class Model {
  readonly topics = new Map<string, TopicModel>()
  /** By `<group>/<topic>`. */
  readonly groups = new Map<string, GroupModel>()
  /** By slot, which is a number that no member had before. */
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
    const known = this.groups.get(key) ?? { committed: 0, epoch: 0, line: [] }
    this.groups.set(key, known)
    return known
  }

  member(slot: number): MemberModel & { state: GroupModel; isActive: boolean } {
    const member = this.members.get(slot)
    if (!member) throw new Error(`The model has no member ${slot}`)
    const state = this.group(member)
    return { ...member, state, isActive: state.line[0] === slot }
  }

  /** Whether this member is there, and holds the lease or stands by. */
  isMember(slot: number, as: 'active' | 'standby'): boolean {
    return this.members.has(slot) && this.member(slot).isActive === (as === 'active')
  }

  /** A member stands by, or holds the lease if nobody else is there. */
  joined(member: MemberModel): number {
    const slot = ++this.#slots
    this.members.set(slot, member)
    this.group(member).line.push(slot)
    return slot
  }

  moveTo(slot: number, position: number): void {
    const { topic, group } = this.member(slot)
    this.members.set(slot, { topic, group, position })
  }

  /** A member has left. Who gets its lease, if it had one and somebody stands by? */
  left(slot: number): number | undefined {
    const { state, isActive } = this.member(slot)
    state.line = state.line.filter((other) => other !== slot)
    this.members.delete(slot)
    return isActive ? state.line[0] : undefined
  }

  recordAt(topic: string, offset: number): BatchRecord | undefined {
    const batch = this.topic(topic).batches.findLast(({ base }) => base <= offset)
    return batch?.records[offset - batch.base]
  }

  end(topic: string): number {
    return after(this.topic(topic).batches.at(-1))
  }

  /** Records of these sizes, unlike any others. */
  records(sizes: readonly number[]): BatchRecord[] {
    return sizes.map((size) => {
      const number = ++this.#records
      const headers = number % 3 === 0 ? { version: '2', number: String(number) } : {}
      return { key: `k${number}`, value: Buffer.alloc(size, number), headers }
    })
  }

  /** The next batch of a producer: the one in this slot, if the broker has to remember it still. */
  nextOf(topic: string, slot: number, sizes: readonly number[]): Sent {
    const producer = this.topic(topic).producers.get(slot)
    const last = producer?.sent.at(-1)?.sent
    const firstSeq = last ? (last.producer?.firstSeq ?? 0) + last.records.length : 0
    const id = producer?.id ?? ++this.#producers
    return { topic, records: this.records(sizes), producer: { id, firstSeq } }
  }

  /** Takes down what the bus has acknowledged. */
  stored(sent: Sent, offset: number, slot?: number): void {
    const topic = this.topic(sent.topic)
    topic.batches.push({ base: offset, records: sent.records })
    topic.batches.sort((a, b) => a.base - b.base)
    if (slot === undefined || !sent.producer) return
    const { id } = sent.producer
    const known = topic.producers.get(slot)?.sent ?? []
    topic.producers.set(slot, { id, sent: [...known.slice(-4), { sent, offset }] })
  }

  /** Nobody is connected any more. */
  disconnected(): void {
    this.members.clear()
    for (const group of this.groups.values()) group.line = []
  }
}
