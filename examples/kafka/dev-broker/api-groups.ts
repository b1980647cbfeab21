import { api, nodeId, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { rejectJoin, rejectSync } from './member.ts'

const { array, bytes, constant, int8, int16, int32, nullableArray } = t
const { nullableString, since, string, struct, until } = t

/** Kafka's `group.max.session.timeout.ms`. */
const maxSessionTimeoutMs = 1_800_000

/** The ID of a static member (KIP-345). Null for all others. */
const instanceId = nullableString

/** FindCoordinator v0-6 for groups, which are type 0. */
export const findCoordinator = api({
  key: 10,
  versions: [0, 6],
  flexible: 3,
  request: struct({
    id: until(3, string, ''),
    type: since(1, int8, 0),
    ids: since(4, array(string), []),
  }),
  response: struct({
    throttleMs: since(1, throttleMs),
    error: until(3, int16, 0),
    message: since(1, until(3, nullableString, null), null),
    node: until(3, int32, -1),
    host: until(3, string, ''),
    port: until(3, int32, -1),
    coordinators: since(
      4,
      array(
        struct({
          id: string,
          node: int32,
          host: string,
          port: int32,
          error: int16,
          message: nullableString,
        }),
      ),
      [],
    ),
  }),
  answer({ type, ids }, { host, port, refusals }, { clientId }) {
    const answer =
      type === 0
        ? { error: codes.NONE, message: null, node: nodeId, host, port }
        : { ...refuseCoordinator(type), node: -1, host: '', port: -1 }
    if (answer.message) refusals.print(clientId, answer.message)
    return { ...answer, coordinators: ids.map((id) => ({ id, ...answer })) }
  },
})

/** Returns errors that clients do not retry. */
function refuseCoordinator(type: number) {
  return type === 1
    ? {
        error: codes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        message: 'Transactions are not supported.',
      }
    : {
        error: codes.INVALID_REQUEST,
        message: 'Share groups are not supported.',
      }
}

/** JoinGroup v0-9, answered when all members have joined. */
export const joinGroup = api({
  key: 11,
  versions: [0, 9],
  flexible: 6,
  request: struct({
    id: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, int32, -1),
    memberId: string,
    instanceId: since(5, instanceId, null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
    reason: since(8, constant(nullableString, null)),
  }),
  response: struct({
    throttleMs: since(2, throttleMs),
    error: int16,
    generation: int32,
    protocolType: since(7, nullableString, null),
    protocol: nullableString,
    leader: string,
    skipAssignment: since(9, constant(int8, 0)),
    memberId: string,
    members: array(
      struct({
        memberId: string,
        instanceId: since(5, constant(instanceId, null)),
        metadata: bytes,
      }),
    ),
  }),
  async answer(asked, { groups, refusals, ...state }, { clientId, version }) {
    const { id, memberId, sessionTimeoutMs: timeout } = asked
    const join = () => {
      if (id === '') return rejectJoin(codes.INVALID_GROUP_ID, memberId)
      if (asked.instanceId !== null) {
        refusals.print(clientId, 'Static membership is not supported.')
        return rejectJoin(codes.UNSUPPORTED_VERSION, memberId)
      }
      if (timeout < state.minSessionTimeoutMs || timeout > maxSessionTimeoutMs)
        return rejectJoin(codes.INVALID_SESSION_TIMEOUT, memberId)
      const known = groups.get(id)
      if (!known && memberId !== '')
        return rejectJoin(codes.UNKNOWN_MEMBER_ID, memberId)
      const group = known ?? groups.ensure(id)
      if (!group) return rejectJoin(codes.COORDINATOR_NOT_AVAILABLE, memberId)
      const rebalanceTimeoutMs =
        version < 1 ? timeout : asked.rebalanceTimeoutMs
      const requiresId = version >= 4
      return group.join({ ...asked, rebalanceTimeoutMs, clientId, requiresId })
    }
    const response = await join()
    const noProtocol = version < 7 ? '' : null
    return { ...response, protocol: response.protocol ?? noProtocol }
  },
})

/** SyncGroup v0-5, answered when the leader has sent its assignments. */
export const syncGroup = api({
  key: 14,
  versions: [0, 5],
  flexible: 4,
  request: struct({
    id: string,
    generation: int32,
    memberId: string,
    instanceId: since(3, instanceId, null),
    protocolType: since(5, nullableString, null),
    protocol: since(5, nullableString, null),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({
    throttleMs: since(1, throttleMs),
    error: int16,
    protocolType: since(5, nullableString, null),
    protocol: since(5, nullableString, null),
    assignment: bytes,
  }),
  answer({ id, ...asked }, { groups }, { version }) {
    const hasProtocol = asked.protocolType !== null && asked.protocol !== null
    if (version >= 5 && !hasProtocol)
      return rejectSync(codes.INCONSISTENT_GROUP_PROTOCOL)
    const group = groups.get(id)
    return group ? group.sync(asked) : rejectSync(codes.UNKNOWN_MEMBER_ID)
  },
})

/** Heartbeat v0-4. */
export const heartbeat = api({
  key: 12,
  versions: [0, 4],
  flexible: 4,
  request: struct({
    id: string,
    generation: int32,
    memberId: string,
    instanceId: since(3, instanceId, null),
  }),
  response: struct({ throttleMs: since(1, throttleMs), error: int16 }),
  answer({ id, generation, memberId }, { groups }) {
    const error = groups.get(id)?.heartbeat(memberId, generation)
    return { error: error ?? codes.UNKNOWN_MEMBER_ID }
  },
})

/** LeaveGroup v0-5. Several members can leave at once since v3. */
export const leaveGroup = api({
  key: 13,
  versions: [0, 5],
  flexible: 4,
  request: struct({
    id: string,
    members: t.listSince(3, {
      memberId: string,
      instanceId: since(3, instanceId, null),
      reason: since(5, constant(nullableString, null)),
    }),
  }),
  response: struct({
    throttleMs: since(1, throttleMs),
    error: int16,
    members: since(
      3,
      array(struct({ memberId: string, instanceId, error: int16 })),
      [],
    ),
  }),
  answer({ id, members: leaving }, { groups }, { version }) {
    const members = leaving.map((member) => {
      const error = groups.get(id)?.leave(member.memberId)
      return { ...member, error: error ?? codes.UNKNOWN_MEMBER_ID }
    })
    const [first] = members
    return { error: (version < 3 && first?.error) || codes.NONE, members }
  },
})

/**
 * ConsumerGroupHeartbeat v0-1, the newer group protocol (KIP-848). Refused as
 * in a Kafka that has only classic groups. Clients do not retry this error.
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  versions: [0, 1],
  flexible: 0,
  request: struct({
    id: string,
    memberId: string,
    memberEpoch: int32,
    instanceId,
    rack: nullableString,
    rebalanceTimeoutMs: int32,
    topics: nullableArray(string),
    topicPattern: since(1, nullableString, null),
    assignor: nullableString,
    owned: nullableArray(struct({ topic: t.uuid, partitions: array(int32) })),
  }),
  response: struct({
    throttleMs,
    error: constant(int16, codes.UNSUPPORTED_VERSION),
    message: nullableString,
    memberId: constant(nullableString, null),
    memberEpoch: constant(int32, 0),
    heartbeatMs: constant(int32, 0),
    assignment: constant(int8, -1),
  }),
  answer(_, { refusals }, { clientId }) {
    const message =
      'The group protocol "consumer" is not supported. Use "classic".'
    refusals.print(clientId, message)
    return { message }
  },
})
