import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as codes from './errors.ts'
import {
  chooseProtocol,
  rejectJoin,
  rejectSync,
  supports,
  type JoinRequest,
  type JoinResponse,
  type Member,
  type SyncRequest,
  type SyncResponse,
} from './member.ts'

/** Kafka's `group.max.size`, which has no limit there by default. */
const maxMembers = 100

/** A classic consumer group with Kafka's states and responses. */
export class Group {
  #state: 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' =
    'Empty'
  readonly #members = new Map<string, Member>()
  /** Sent to clients that have not joined with them yet (KIP-394). */
  readonly #pendingIds = new Map<string, NodeJS.Timeout>()
  #protocol = ''
  #generation = 0
  #leader = ''
  #deadline: NodeJS.Timeout | undefined

  get hasMembers(): boolean {
    return this.#members.size + this.#pendingIds.size > 0
  }

  /**
   * Resolves when all members have joined, or at the rebalance timeout. If the
   * request requires an ID, a new member only gets one and has to join again.
   */
  async join(request: JoinRequest): Promise<JoinResponse> {
    const { memberId, clientId } = request
    if (!this.#hasCommonProtocol(request)) {
      return rejectJoin(codes.INCONSISTENT_GROUP_PROTOCOL, memberId)
    }
    let member = this.#members.get(memberId)
    if (member) {
      const isSame = isDeepStrictEqual(member.protocols, request.protocols)
      const hasJoined =
        this.#state === 'CompletingRebalance' ||
        (this.#state === 'Stable' && memberId !== this.#leader)
      Object.assign(member, request)
      if (isSame && hasJoined) return this.#joinResponse(member)
    } else {
      const isPending = this.#pendingIds.has(memberId)
      if (memberId && !isPending) {
        return rejectJoin(codes.UNKNOWN_MEMBER_ID, memberId)
      }
      const size = this.#members.size + this.#pendingIds.size
      if (!isPending && size >= maxMembers) {
        return rejectJoin(codes.GROUP_MAX_SIZE_REACHED, memberId)
      }
      const id = memberId || `${clientId}-${randomUUID()}`
      if (!isPending && request.requiresId) {
        const forget = () => this.#forget(id)
        const timer = setTimeout(forget, request.sessionTimeoutMs).unref()
        this.#pendingIds.set(id, timer)
        return rejectJoin(codes.MEMBER_ID_REQUIRED, id)
      }
      this.#forget(id)
      member = { ...request, memberId: id, assignment: Buffer.alloc(0) }
      this.#members.set(id, member)
    }
    clearTimeout(member.sessionTimer)
    const { promise, resolve } = Promise.withResolvers<JoinResponse>()
    member.answerJoin = resolve
    this.#rebalance()
    return promise
  }

  /** Resolves when the leader has sent its assignments. */
  async sync(request: SyncRequest): Promise<SyncResponse> {
    const { memberId, generation, assignments } = request
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return rejectSync(error)
    const isSame =
      (request.protocolType ?? member.protocolType) === member.protocolType &&
      (request.protocol ?? this.#protocol) === this.#protocol
    if (!isSame) return rejectSync(codes.INCONSISTENT_GROUP_PROTOCOL)
    if (this.#state === 'PreparingRebalance') {
      return rejectSync(codes.REBALANCE_IN_PROGRESS)
    }
    if (this.#state === 'Stable') {
      this.#restartSession(member)
      return this.#syncResponse(member)
    }
    clearTimeout(member.sessionTimer)
    const { promise, resolve } = Promise.withResolvers<SyncResponse>()
    member.answerSync = resolve
    if (memberId === this.#leader) {
      this.#state = 'Stable'
      for (const { memberId: id, assignment } of assignments) {
        const assigned = this.#members.get(id)
        if (assigned) assigned.assignment = assignment
      }
      this.#answerSyncs(codes.NONE)
    }
    return promise
  }

  heartbeat(memberId: string, generation: number): number {
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return error
    this.#restartSession(member)
    const isRebalancing = this.#state === 'PreparingRebalance'
    return isRebalancing ? codes.REBALANCE_IN_PROGRESS : codes.NONE
  }

  /** Returns NONE if this member may commit offsets now, else an error code. */
  checkCommit(memberId: string, generation: number): number {
    // Programs that assign their own partitions use groups without members.
    if (generation < 0 && this.#state === 'Empty') return codes.NONE
    const member = this.#members.get(memberId)
    const error = this.#check(member, generation)
    if (error || !member) return error
    if (this.#state === 'CompletingRebalance')
      return codes.REBALANCE_IN_PROGRESS
    this.#restartSession(member)
    return codes.NONE
  }

  /** Removes a member. The others share its partitions. */
  leave(memberId: string): number {
    if (this.#forget(memberId)) return codes.NONE
    const member = this.#members.get(memberId)
    if (!member) return codes.UNKNOWN_MEMBER_ID
    this.#remove(member)
    this.#rebalance()
    return codes.NONE
  }

  /** Stops waiting for the client with this ID. Returns whether it did wait. */
  #forget(id: string): boolean {
    clearTimeout(this.#pendingIds.get(id))
    const wasPending = this.#pendingIds.delete(id)
    if (this.#state === 'PreparingRebalance') this.#completeIfReady()
    return wasPending
  }

  #check(member: Member | undefined, generation: number): number {
    if (!member) return codes.UNKNOWN_MEMBER_ID
    const isCurrent = generation === this.#generation
    return isCurrent ? codes.NONE : codes.ILLEGAL_GENERATION
  }

  /** Whether all members support one of the protocols. */
  #hasCommonProtocol({
    memberId,
    protocolType,
    protocols,
  }: JoinRequest): boolean {
    const others = [...this.#members.values()].filter(
      (other) => other.memberId !== memberId,
    )
    return (
      protocolType !== '' &&
      others.every((other) => other.protocolType === protocolType) &&
      protocols.some(({ name }) => others.every(supports(name)))
    )
  }

  /** Restarts the session timeout, unless the member waits for a response. */
  #restartSession(member: Member): void {
    clearTimeout(member.sessionTimer)
    if (member.answerJoin || member.answerSync) return
    const expire = () => this.leave(member.memberId)
    member.sessionTimer = setTimeout(expire, member.sessionTimeoutMs).unref()
  }

  #remove({ memberId, sessionTimer, answerJoin, answerSync }: Member): void {
    clearTimeout(sessionTimer)
    this.#members.delete(memberId)
    answerJoin?.(rejectJoin(codes.UNKNOWN_MEMBER_ID, memberId))
    answerSync?.(rejectSync(codes.UNKNOWN_MEMBER_ID))
  }

  /** Waits for all members to rejoin, up to the longest rebalance timeout. */
  #rebalance(): void {
    const members = [...this.#members.values()]
    if (this.#state !== 'PreparingRebalance') {
      this.#state = 'PreparingRebalance'
      this.#answerSyncs(codes.REBALANCE_IN_PROGRESS)
      const times = members.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs)
      const longest = Math.max(0, ...times)
      this.#deadline = setTimeout(() => this.#complete(), longest).unref()
    }
    this.#completeIfReady()
  }

  #completeIfReady(): void {
    const members = [...this.#members.values()]
    const haveJoined = members.every(({ answerJoin }) => answerJoin)
    if (haveJoined && this.#pendingIds.size === 0) this.#complete()
  }

  /** Starts a new generation with the members that have joined. */
  #complete(): void {
    clearTimeout(this.#deadline)
    for (const member of this.#members.values()) {
      if (!member.answerJoin) this.#remove(member)
    }
    const members = [...this.#members.values()]
    this.#generation = (this.#generation + 1) & 0x7fffffff
    this.#state = members.length === 0 ? 'Empty' : 'CompletingRebalance'
    this.#protocol = chooseProtocol(members)
    if (!this.#members.has(this.#leader)) {
      this.#leader = members[0]?.memberId ?? ''
    }
    for (const member of members) {
      member.assignment = Buffer.alloc(0)
      member.answerJoin?.(this.#joinResponse(member))
      member.answerJoin = undefined
      this.#restartSession(member)
    }
  }

  #joinResponse({ memberId, protocolType }: Member): JoinResponse {
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
      protocolType,
      protocol,
      leader,
      memberId,
      members,
    }
  }

  #syncResponse({ protocolType, assignment }: Member): SyncResponse {
    const protocol = this.#protocol
    return { error: codes.NONE, protocolType, protocol, assignment }
  }

  #answerSyncs(error: number): void {
    for (const member of this.#members.values()) {
      const { answerSync } = member
      if (!answerSync) continue
      member.answerSync = undefined
      answerSync(error ? rejectSync(error) : this.#syncResponse(member))
      this.#restartSession(member)
    }
  }
}
