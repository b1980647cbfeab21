/** Who asks to join and how. */
export interface Joining {
  memberId: string
  clientId: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocolType: string
  /** Ways to divide the partitions, and what the member says to each. */
  protocols: { name: string; metadata: Buffer }[]
}

export interface Joined {
  error: number
  generation: number
  protocol: string
  leader: string
  memberId: string
  /** Only the leader learns who the members are. */
  members: { memberId: string; metadata: Buffer }[]
}

export interface Assigned {
  memberId: string
  assignment: Buffer
}

export interface Synced {
  error: number
  assignment: Buffer
}

export interface Member extends Joining, Assigned {
  /** Ends the membership when no heartbeat came for `sessionTimeoutMs`. */
  session?: NodeJS.Timeout | undefined
  /** Held back until the join, or the leader's assignment, is complete. */
  joined?: ((answer: Joined) => void) | undefined
  synced?: ((answer: Synced) => void) | undefined
}

/** Whether a member knows this way to divide the partitions. */
export const understands = (protocol: string) => (member: Joining) =>
  member.protocols.some(({ name }) => name === protocol)

/** The protocol that most members like best of those that all understand. */
export function favourite(members: readonly Joining[]): string {
  const best = members.flatMap(
    ({ protocols }) =>
      protocols.find(({ name }) => members.every(understands(name))) ?? [],
  )
  const votes = [...Map.groupBy(best, ({ name }) => name)]
  return votes.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? ''
}

export function notJoined(error: number, memberId: string): Joined {
  const nothing = { generation: -1, protocol: '', leader: '', members: [] }
  return { error, memberId, ...nothing }
}

export function notSynced(error: number): Synced {
  return { error, assignment: Buffer.alloc(0) }
}
