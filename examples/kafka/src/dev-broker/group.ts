import { randomUUID } from 'node:crypto'
import {
  GROUP_MAX_SIZE_REACHED,
  ILLEGAL_GENERATION,
  INCONSISTENT_GROUP_PROTOCOL,
  MEMBER_ID_REQUIRED,
  NONE,
  REBALANCE_IN_PROGRESS,
  UNKNOWN_MEMBER_ID,
} from './errors.ts'

/** Kafka's `group.max.size`, which is endless there by default. */
const maxMembers = 100

const nothing = Buffer.alloc(0)

export interface Protocol {
  name: string
  metadata: Buffer
}

/** Who asks to join and how; times in ms. */
export interface Joining {
  memberId: string
  clientId: string
  clientHost: string
  sessionTimeout: number
  rebalanceTimeout: number
  protocolType: string
  protocols: Protocol[]
  /** A new member gets its id first and asks again with it (KIP-394). */
  idRequired: boolean
}

export interface Joined {
  error: number
  memberId: string
  generation: number
  protocol: string
  leader: string
  /** Only the leader learns who the members are. */
  members: { id: string; metadata: Buffer }[]
}

export interface Synced {
  error: number
  assignment: Buffer
}

interface Member extends Joining {
  assignment: Buffer
  /** Ends the membership when no heartbeat came for `sessionTimeout`. */
  session?: NodeJS.Timeout | undefined
  /** Held back until the join, or the leader's assignment, is complete. */
  joined?: PromiseWithResolvers<Joined> | undefined
  synced?: PromiseWithResolvers<Synced> | undefined
}

/** A classic consumer group, with the states and the answers of Kafka's. */
export class Group {
  state: 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' =
    'Empty'
  protocolType = ''
  protocol = ''
  readonly members = new Map<string, Member>()
  /** Ids that were given to members which have not come back with them. */
  readonly #expected = new Map<string, NodeJS.Timeout>()
  #generation = 0
  #leader = ''
  #deadline: NodeJS.Timeout | undefined

  /** Answers when all members have joined, or when the others' time is up. */
  async join(joining: Joining): Promise<Joined> {
    const { memberId } = joining
    if (!this.#speaks(joining)) {
      return refused(INCONSISTENT_GROUP_PROTOCOL, memberId)
    }
    let member = this.members.get(memberId)
    if (member) {
      const same = isSame(member.protocols, joining.protocols)
      const settled =
        this.state === 'CompletingRebalance' ||
        (this.state === 'Stable' && memberId !== this.#leader)
      Object.assign(member, joining)
      if (same && settled) return this.#answer(member)
    } else {
      if (memberId === '') {
        if (this.members.size + this.#expected.size >= maxMembers) {
          return refused(GROUP_MAX_SIZE_REACHED, memberId)
        }
        joining = { ...joining, memberId: this.#newId(joining) }
        if (joining.idRequired) {
          return refused(MEMBER_ID_REQUIRED, joining.memberId)
        }
      }
      if (!this.#stopExpecting(joining.memberId)) {
        return refused(UNKNOWN_MEMBER_ID, memberId)
      }
      member = { ...joining, assignment: nothing }
      this.members.set(joining.memberId, member)
      this.protocolType = joining.protocolType
    }
    clearTimeout(member.session)
    member.joined ??= Promise.withResolvers()
    const { promise } = member.joined
    this.#rebalance()
    return promise
  }

  /** Answers when the leader has sent what it assigns to whom. */
  async sync(
    memberId: string,
    generation: number,
    assignments: ReadonlyMap<string, Buffer>,
  ): Promise<Synced> {
    const error = this.#check(memberId, generation)
    const member = this.members.get(memberId)
    if (error || !member) return { error, assignment: nothing }
    if (this.state === 'PreparingRebalance') {
      return { error: REBALANCE_IN_PROGRESS, assignment: nothing }
    }
    if (this.state === 'Stable') {
      this.#renew(member)
      return { error: NONE, assignment: member.assignment }
    }
    clearTimeout(member.session)
    member.synced ??= Promise.withResolvers()
    const { promise } = member.synced
    if (memberId === this.#leader) {
      this.state = 'Stable'
      for (const [id, other] of this.members) {
        other.assignment = assignments.get(id) ?? nothing
      }
      this.#answerSync(NONE)
    }
    return promise
  }

  heartbeat(memberId: string, generation: number): number {
    const error = this.#check(memberId, generation)
    const member = this.members.get(memberId)
    if (error || !member) return error
    this.#renew(member)
    return this.state === 'PreparingRebalance' ? REBALANCE_IN_PROGRESS : NONE
  }

  /** Whether this member may commit offsets now. */
  checkCommit(memberId: string, generation: number): number {
    // Programs that assign partitions to themselves use groups without members.
    if (generation < 0 && this.state === 'Empty') return NONE
    const error = this.#check(memberId, generation)
    const member = this.members.get(memberId)
    if (error || !member) return error
    if (this.state === 'CompletingRebalance') return REBALANCE_IN_PROGRESS
    this.#renew(member)
    return NONE
  }

  /** Ends a membership; the others share what it had. */
  leave(memberId: string): number {
    const member = this.members.get(memberId)
    if (member) {
      this.#forget(member)
      this.#rebalance()
    } else if (this.#stopExpecting(memberId)) {
      this.#completeIfAllJoined()
    } else {
      return UNKNOWN_MEMBER_ID
    }
    return NONE
  }

  #check(memberId: string, generation: number): number {
    if (!this.members.has(memberId)) return UNKNOWN_MEMBER_ID
    return generation === this.#generation ? NONE : ILLEGAL_GENERATION
  }

  /** Whether there is a protocol that all members would understand. */
  #speaks({ memberId, protocolType, protocols }: Joining): boolean {
    if (protocolType === '' || protocols.length === 0) return false
    const others = [...this.members.values()].filter(
      (other) => other.memberId !== memberId,
    )
    if (others.length === 0) return true
    return (
      protocolType === this.protocolType &&
      protocols.some(({ name }) => others.every((it) => understands(it, name)))
    )
  }

  /** An id that is expected back within the session's time. */
  #newId({ clientId, sessionTimeout }: Joining): string {
    const id = `${clientId}-${randomUUID()}`
    const timer = setTimeout(() => this.leave(id), sessionTimeout).unref()
    this.#expected.set(id, timer)
    return id
  }

  #stopExpecting(memberId: string): boolean {
    clearTimeout(this.#expected.get(memberId))
    return this.#expected.delete(memberId)
  }

  /** Starts the lease anew, except while the member waits for an answer. */
  #renew(member: Member): void {
    clearTimeout(member.session)
    if (member.joined || member.synced) return
    const expire = () => this.leave(member.memberId)
    member.session = setTimeout(expire, member.sessionTimeout).unref()
  }

  #forget(member: Member): void {
    clearTimeout(member.session)
    this.members.delete(member.memberId)
    member.joined?.resolve(refused(UNKNOWN_MEMBER_ID, member.memberId))
    member.synced?.resolve({ error: UNKNOWN_MEMBER_ID, assignment: nothing })
  }

  /** Waits for all members to join again, for as long as they have asked. */
  #rebalance(): void {
    if (this.state !== 'PreparingRebalance') {
      this.state = 'PreparingRebalance'
      this.#answerSync(REBALANCE_IN_PROGRESS)
      const longest = Math.max(
        0,
        ...[...this.members.values()].map((it) => it.rebalanceTimeout),
      )
      this.#deadline = setTimeout(() => this.#complete(), longest).unref()
    }
    this.#completeIfAllJoined()
  }

  #completeIfAllJoined(): void {
    if (this.state !== 'PreparingRebalance' || this.#expected.size > 0) return
    const members = [...this.members.values()]
    if (members.every(({ joined }) => joined)) this.#complete()
  }

  /** A new generation, of those that have joined. */
  #complete(): void {
    clearTimeout(this.#deadline)
    for (const member of this.members.values()) {
      if (!member.joined) this.#forget(member)
    }
    const members = [...this.members.values()]
    this.#generation = (this.#generation + 1) & 0x7fffffff
    this.state = members.length === 0 ? 'Empty' : 'CompletingRebalance'
    this.protocol = preferred(members)
    if (!this.members.has(this.#leader)) {
      this.#leader = members[0]?.memberId ?? ''
    }
    for (const member of members) {
      member.joined?.resolve(this.#answer(member))
      member.joined = undefined
      this.#renew(member)
    }
  }

  #answer({ memberId }: Member): Joined {
    const isLeader = memberId === this.#leader
    return {
      error: NONE,
      memberId,
      generation: this.#generation,
      protocol: this.protocol,
      leader: this.#leader,
      members: isLeader
        ? [...this.members].map(([id, it]) => ({
            id,
            metadata: metadataOf(it, this.protocol),
          }))
        : [],
    }
  }

  #answerSync(error: number): void {
    for (const member of this.members.values()) {
      const assignment = error === NONE ? member.assignment : nothing
      if (!member.synced) continue
      member.synced.resolve({ error, assignment })
      member.synced = undefined
      this.#renew(member)
    }
  }
}

/** What a member has said under this protocol: as a rule, its topics. */
export function metadataOf(member: Joining, protocol: string): Buffer {
  const chosen = member.protocols.find(({ name }) => name === protocol)
  return chosen?.metadata ?? nothing
}

function understands(member: Joining, protocol: string): boolean {
  return member.protocols.some(({ name }) => name === protocol)
}

/** The protocol that most members like best of those that all understand. */
function preferred(members: readonly Joining[]): string {
  const votes = new Map<string, number>()
  for (const { protocols } of members) {
    const vote = protocols.find(({ name }) =>
      members.every((member) => understands(member, name)),
    )
    if (vote) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

function isSame(a: readonly Protocol[], b: readonly Protocol[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, metadata }, index) => {
      const other = b[index]
      return other?.name === name && other.metadata.equals(metadata)
    })
  )
}

function refused(error: number, memberId: string): Joined {
  const rest = { generation: -1, protocol: '', leader: '', members: [] }
  return { error, memberId, ...rest }
}
