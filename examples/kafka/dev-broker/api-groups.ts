import { api, nodeId, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { rejectJoin, rejectSync } from './member.ts'

const { array, bytes, int16, int32, since, string, struct } = t

/** Kafka's `group.max.session.timeout.ms`. */
const maxSessionTimeoutMs = 1_800_000

/** FindCoordinator v0-2 for groups, which are type 0. */
export const findCoordinator = api({
  key: 10,
  versions: [0, 2],
  request: struct({ id: string, type: since(1, t.int8, 0) }),
  response: struct({
    throttleMs: since(1, throttleMs, undefined),
    error: int16,
    message: since(1, t.nullableString, null),
    node: int32,
    host: string,
    port: int32,
  }),
  answer({ type }, { host, port }) {
    if (type === 0) return { error: 0, message: null, node: nodeId, host, port }
    const message = 'The dev broker does not support transactions.'
    return {
      error: codes.INVALID_REQUEST,
      message,
      node: -1,
      host: '',
      port: -1,
    }
  },
})

/**
 * JoinGroup v3, answered when all members have joined. In this version a
 * member gets its ID at once. From v4 it has to ask twice (KIP-394).
 */
export const joinGroup = api({
  key: 11,
  versions: [3, 3],
  request: struct({
    id: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32,
    memberId: string,
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
  }),
  response: struct({
    throttleMs,
    error: int16,
    generation: int32,
    protocol: string,
    leader: string,
    memberId: string,
    members: array(struct({ memberId: string, metadata: bytes })),
  }),
  answer({ id, ...asked }, { groups, minSessionTimeoutMs }, clientId) {
    const { memberId, sessionTimeoutMs: timeout } = asked
    if (id === '') return rejectJoin(codes.INVALID_GROUP_ID, memberId)
    if (timeout < minSessionTimeoutMs || timeout > maxSessionTimeoutMs) {
      return rejectJoin(codes.INVALID_SESSION_TIMEOUT, memberId)
    }
    const known = groups.get(id)
    if (!known && memberId !== '') {
      return rejectJoin(codes.UNKNOWN_MEMBER_ID, memberId)
    }
    const group = known ?? groups.ensure(id)
    if (!group) return rejectJoin(codes.COORDINATOR_NOT_AVAILABLE, memberId)
    return group.join({ ...asked, clientId })
  },
})

/** SyncGroup v2, answered when the leader has sent its assignments. */
export const syncGroup = api({
  key: 14,
  versions: [2, 2],
  request: struct({
    id: string,
    generation: int32,
    memberId: string,
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({ throttleMs, error: int16, assignment: bytes }),
  answer({ id, memberId, generation, assignments }, { groups }) {
    const group = groups.get(id)
    if (!group) return rejectSync(codes.UNKNOWN_MEMBER_ID)
    return group.sync(memberId, generation, assignments)
  },
})

/** Heartbeat v2. */
export const heartbeat = api({
  key: 12,
  versions: [2, 2],
  request: struct({ id: string, generation: int32, memberId: string }),
  response: struct({ throttleMs, error: int16 }),
  answer({ id, generation, memberId }, { groups }) {
    const error = groups.get(id)?.heartbeat(memberId, generation)
    return { error: error ?? codes.UNKNOWN_MEMBER_ID }
  },
})

/** LeaveGroup v1. */
export const leaveGroup = api({
  key: 13,
  versions: [1, 1],
  request: struct({ id: string, memberId: string }),
  response: struct({ throttleMs, error: int16 }),
  answer({ id, memberId }, { groups }) {
    const error = groups.get(id)?.leave(memberId)
    return { error: error ?? codes.UNKNOWN_MEMBER_ID }
  },
})
