/** A request to join a group. */
export interface JoinRequest {
  memberId: string
  clientId: string
  /** Whether a new member has to join again with the ID that it gets. */
  requiresId: boolean
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocolType: string
  /** Assignment strategies with the member's metadata for each. */
  protocols: { name: string; metadata: Buffer }[]
}

export interface JoinResponse {
  error: number
  generation: number
  protocolType: string | null
  protocol: string | null
  leader: string
  memberId: string
  /** Empty unless this member is the leader. */
  members: { memberId: string; metadata: Buffer }[]
}

export interface MemberAssignment {
  memberId: string
  assignment: Buffer
}

export interface SyncRequest {
  memberId: string
  generation: number
  /** Null if the client does not say which one it expects. */
  protocolType: string | null
  protocol: string | null
  /** Empty unless this member is the leader. */
  assignments: readonly MemberAssignment[]
}

export interface SyncResponse {
  error: number
  protocolType: string | null
  protocol: string | null
  assignment: Buffer
}

export interface Member extends JoinRequest, MemberAssignment {
  /** Removes the member after `sessionTimeoutMs` without a heartbeat. */
  sessionTimer?: NodeJS.Timeout | undefined
  /** Answers the pending join, once all members have joined. */
  answerJoin?: ((response: JoinResponse) => void) | undefined
  /** Answers the pending sync, once the leader has sent its assignments. */
  answerSync?: ((response: SyncResponse) => void) | undefined
}

/** Whether a member supports an assignment strategy. */
export const supports = (protocol: string) => (member: JoinRequest) =>
  member.protocols.some(({ name }) => name === protocol)

/** Chooses the strategy that most members prefer among the common ones. */
export function chooseProtocol(members: readonly JoinRequest[]): string {
  const preferred = members.flatMap(
    ({ protocols }) =>
      protocols.find(({ name }) => members.every(supports(name))) ?? [],
  )
  const votes = [...Map.groupBy(preferred, ({ name }) => name)]
  return votes.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? ''
}

const noProtocol = { protocolType: null, protocol: null }

export function rejectJoin(error: number, memberId: string): JoinResponse {
  const nothing = { ...noProtocol, generation: -1, leader: '', members: [] }
  return { error, memberId, ...nothing }
}

export function rejectSync(error: number): SyncResponse {
  return { error, ...noProtocol, assignment: Buffer.alloc(0) }
}
