import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as codes from './errors.ts'
import {
  favourite,
  notJoined,
  notSynced,
  understands,
  type Assigned,
  type Joined,
  type Joining,
  type Member,
  type Synced,
} from './member.ts'

/** Kafka's `group.max.size`, which is endless there by default. */
const maxMembers = 100

/** A classic consumer group, with the states and the answers of Kafka's. */
export class Group {
  #state: 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' =
    'Empty'
  readonly #members = new Map<string, Member>()
  #protocol = ''
  #generation = 0
  #leader = ''
  #deadline: NodeJS.Timeout | undefined

  get hasMembers(): boolean {
    return this.#members.size > 0
  }

  /** Answers when all members have joined, or when the others' time is up. */
  async join(joining: Joining): Promise<Joined> {
    const { memberId, clientId } = joining
    if (!this.#speaks(joining)) {
      return notJoined(codes.INCONSISTENT_GROUP_PROTOCOL, memberId)
    }
    let member = this.#members.get(memberId)
    if (member) {
      const same = isDeepStrictEqual(member.protocols, joining.protocols)
      const settled =
        this.#state === 'CompletingRebalance' ||
        (this.#state === 'Stable' && memberId !== this.#leader)
      Object.assign(member, joining)
      if (same && settled) return this.#joinedAs(member)
    } else {
      if (memberId) return notJoined(codes.UNKNOWN_MEMBER_ID, memberId)
      if (this.#members.size >= maxMembers) {
        return notJoined(codes.GROUP_MAX_SIZE_REACHED, memberId)
      }
      const id = `${clientId}-${randomUUID()}`
      member = { ...joining, memberId: id, assignment: Buffer.alloc(0) }
      this.#members.set(id, member)
    }
    clearTimeout(member.session)
    const { promise, resolve } = Promise.withResolvers<Joined>()
    member.joined = resolve
    this.#rebalance()
    return promise
  }

  /** Answers when the leader has sent what it assigns to whom. */
  async sync(
    memberId: string,
    generation: number,
    assignments: readonly Assigned[],
  ): Promise<Synced> {
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return notSynced(error)
    if (this.#state === 'PreparingRebalance') {
      return notSynced(codes.REBALANCE_IN_PROGRESS)
    }
    if (this.#state === 'Stable') {
      this.#renew(member)
      return { error: codes.NONE, assignment: member.assignment }
    }
    clearTimeout(member.session)
    const synced = Promise.withResolvers<Synced>()
    member.synced = synced.resolve
    if (memberId === this.#leader) {
      this.#state = 'Stable'
      for (const { memberId: id, assignment } of assignments) {
        const assigned = this.#members.get(id)
        if (assigned) assigned.assignment = assignment
      }
      this.#answerSync(codes.NONE)
    }
    return synced.promise
  }

  heartbeat(memberId: string, generation: number): number {
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return error
    this.#renew(member)
    const rebalances = this.#state === 'PreparingRebalance'
    return rebalances ? codes.REBALANCE_IN_PROGRESS : codes.NONE
  }

  /** Whether this member may commit offsets now. */
  checkCommit(memberId: string, generation: number): number {
    // Programs that assign partitions to themselves use groups without members.
    if (generation < 0 && this.#state === 'Empty') return codes.NONE
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return error
    if (this.#state === 'CompletingRebalance')
      return codes.REBALANCE_IN_PROGRESS
    this.#renew(member)
    return codes.NONE
  }

  /** Ends a membership; the others share what it had. */
  leave(memberId: string): number {
    const member = this.#members.get(memberId)
    if (!member) return codes.UNKNOWN_MEMBER_ID
    this.#forget(member)
    this.#rebalance()
    return codes.NONE
  }

  #check(member: Member | undefined, generation: number): number {
    if (!member) return codes.UNKNOWN_MEMBER_ID
    const current = generation === this.#generation
    return current ? codes.NONE : codes.ILLEGAL_GENERATION
  }

  /** Whether there is a protocol that all members would understand. */
  #speaks({ memberId, protocolType, protocols }: Joining): boolean {
    const others = [...this.#members.values()].filter(
      (other) => other.memberId !== memberId,
    )
    return (
      protocolType !== '' &&
      others.every((other) => other.protocolType === protocolType) &&
      protocols.some(({ name }) => others.every(understands(name)))
    )
  }

  /** Starts the lease anew, except while the member waits for an answer. */
  #renew(member: Member): void {
    clearTimeout(member.session)
    if (member.joined || member.synced) return
    const expire = () => this.leave(member.memberId)
    member.session = setTimeout(expire, member.sessionTimeoutMs).unref()
  }

  #forget({ memberId, session, joined, synced }: Member): void {
    clearTimeout(session)
    this.#members.delete(memberId)
    joined?.(notJoined(codes.UNKNOWN_MEMBER_ID, memberId))
    synced?.(notSynced(codes.UNKNOWN_MEMBER_ID))
  }

  /** Waits for all members to join again, for as long as they have asked. */
  #rebalance(): void {
    const members = [...this.#members.values()]
    if (this.#state !== 'PreparingRebalance') {
      this.#state = 'PreparingRebalance'
      this.#answerSync(codes.REBALANCE_IN_PROGRESS)
      const times = members.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs)
      const longest = Math.max(0, ...times)
      this.#deadline = setTimeout(() => this.#complete(), longest).unref()
    }
    if (members.every(({ joined }) => joined)) this.#complete()
  }

  /** A new generation, of those that have joined. */
  #complete(): void {
    clearTimeout(this.#deadline)
    for (const member of this.#members.values()) {
      if (!member.joined) this.#forget(member)
    }
    const members = [...this.#members.values()]
    this.#generation = (this.#generation + 1) & 0x7fffffff
    this.#state = members.length === 0 ? 'Empty' : 'CompletingRebalance'
    this.#protocol = favourite(members)
    if (!this.#members.has(this.#leader)) {
      this.#leader = members[0]?.memberId ?? ''
    }
    for (const member of members) {
      member.assignment = Buffer.alloc(0)
      member.joined?.(this.#joinedAs(member))
      member.joined = undefined
      this.#renew(member)
    }
  }

  #joinedAs({ memberId }: Member): Joined {
    const [generation, protocol] = [this.#generation, this.#protocol]
    const leader = this.#leader
    const all = [...this.#members.values()].map((member) => ({
      memberId: member.memberId,
      metadata:
        member.protocols.find(({ name }) => name === protocol)?.metadata ??
        Buffer.alloc(0),
    }))
    const members = memberId === leader ? all : []
    return {
      error: codes.NONE,
      generation,
      protocol,
      leader,
      memberId,
      members,
    }
  }

  #answerSync(error: number): void {
    for (const member of this.#members.values()) {
      const { synced, assignment } = member
      if (!synced) continue
      member.synced = undefined
      synced(error ? notSynced(error) : { error, assignment })
      this.#renew(member)
    }
  }
}
