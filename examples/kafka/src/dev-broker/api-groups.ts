import { nodeId, type Api } from './api.ts'
import {
  COORDINATOR_NOT_AVAILABLE,
  GROUP_ID_NOT_FOUND,
  INVALID_GROUP_ID,
  INVALID_REQUEST,
  INVALID_SESSION_TIMEOUT,
  NON_EMPTY_GROUP,
  NONE,
  OFFSET_METADATA_TOO_LARGE,
  UNKNOWN_MEMBER_ID,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './errors.ts'
import { metadataOf, type Joined } from './group.ts'

/** Kafka's `group.max.session.timeout.ms`. */
const maxSessionTimeoutMs = 1_800_000
/** Kafka's `offset.metadata.max.bytes`. */
const maxMetadataBytes = 4_096

/** FindCoordinator v0-2: of groups; there are no transactions. */
export const findCoordinator: Api = {
  key: 10,
  versions: [0, 2],
  answer({ version, body }, response, { host, port }) {
    body.string()
    const ofGroup = version === 0 || body.int8() === 0
    if (version >= 1) response.int32(0)
    response.int16(ofGroup ? NONE : INVALID_REQUEST)
    if (version >= 1) {
      response.string(ofGroup ? null : 'The dev broker has no transactions.')
    }
    if (ofGroup) response.int32(nodeId).string(host).int32(port)
    else response.int32(-1).string('').int32(-1)
  },
}

/** JoinGroup v0-5. */
export const joinGroup: Api = {
  key: 11,
  versions: [0, 5],
  async answer(request, response, { groups, limits }) {
    const { version, body, clientId, clientHost } = request
    const groupId = body.string()
    const sessionTimeout = body.int32()
    const rebalanceTimeout = version >= 1 ? body.int32() : sessionTimeout
    const memberId = body.string()
    if (version >= 5) body.nullableString() // the group instance
    const protocolType = body.string()
    const protocols = body.array(() => ({
      name: body.string(),
      metadata: Buffer.from(body.bytes()),
    }))

    const join = async (): Promise<Joined | number> => {
      if (groupId === '') return INVALID_GROUP_ID
      if (
        sessionTimeout < limits.minSessionTimeoutMs ||
        sessionTimeout > maxSessionTimeoutMs
      ) {
        return INVALID_SESSION_TIMEOUT
      }
      const known = groups.get(groupId)
      if (!known && memberId !== '') return UNKNOWN_MEMBER_ID
      const group = known ?? groups.ensure(groupId)
      if (!group) return COORDINATOR_NOT_AVAILABLE
      const idRequired = version >= 4
      const times = { sessionTimeout, rebalanceTimeout }
      const who = { memberId, clientId, clientHost, idRequired }
      return group.join({ ...who, ...times, protocolType, protocols })
    }
    const answer = await join()
    const nothing = { generation: -1, protocol: '', leader: '', members: [] }
    const joined =
      typeof answer === 'number'
        ? { error: answer, memberId, ...nothing }
        : answer
    if (version >= 2) response.int32(0)
    response.int16(joined.error).int32(joined.generation)
    response.string(joined.protocol).string(joined.leader)
    response.string(joined.memberId)
    response.array(joined.members, ({ id, metadata }) => {
      response.string(id)
      if (version >= 5) response.string(null)
      response.bytes(metadata)
    })
  },
}

/** SyncGroup v0-3. */
export const syncGroup: Api = {
  key: 14,
  versions: [0, 3],
  async answer({ version, body }, response, { groups }) {
    const [groupId, generation] = [body.string(), body.int32()]
    const memberId = body.string()
    if (version >= 3) body.nullableString() // the group instance
    const assignments = body.array(
      () => [body.string(), Buffer.from(body.bytes())] as const,
    )

    const group = groups.get(groupId)
    const { error, assignment } = group
      ? await group.sync(memberId, generation, new Map(assignments))
      : { error: UNKNOWN_MEMBER_ID, assignment: Buffer.alloc(0) }
    if (version >= 1) response.int32(0)
    response.int16(error).bytes(assignment)
  },
}

/** Heartbeat v0-3. */
export const heartbeat: Api = {
  key: 12,
  versions: [0, 3],
  answer({ version, body }, response, { groups }) {
    const [groupId, generation] = [body.string(), body.int32()]
    const memberId = body.string()
    if (version >= 3) body.nullableString() // the group instance
    if (version >= 1) response.int32(0)
    const group = groups.get(groupId)
    response.int16(group?.heartbeat(memberId, generation) ?? UNKNOWN_MEMBER_ID)
  },
}

/** LeaveGroup v0-3. */
export const leaveGroup: Api = {
  key: 13,
  versions: [0, 3],
  answer({ version, body }, response, { groups }) {
    const groupId = body.string()
    const memberOf = () => {
      const memberId = body.string()
      if (version >= 3) body.nullableString() // the group instance
      return memberId
    }
    const members = version >= 3 ? body.array(memberOf) : [memberOf()]

    const left = members.map((id) => ({
      id,
      error: groups.get(groupId)?.leave(id) ?? UNKNOWN_MEMBER_ID,
    }))
    if (version >= 1) response.int32(0)
    if (version < 3) response.int16(left[0]?.error ?? NONE)
    else {
      response.int16(NONE).array(left, ({ id, error }) => {
        response.string(id).string(null).int16(error)
      })
    }
  },
}

/** OffsetCommit v2-5. */
export const offsetCommit: Api = {
  key: 8,
  versions: [2, 5],
  answer({ version, body }, response, { groups, topics }) {
    const [groupId, generation] = [body.string(), body.int32()]
    const memberId = body.string()
    if (version <= 4) body.int64() // how long to keep it: always
    const asked = body.array(() => ({
      topic: body.string(),
      partitions: body.array(() => ({
        partition: body.int32(),
        offset: body.int64(),
        metadata: body.nullableString() ?? '',
      })),
    }))

    const refused = groups.checkCommit(groupId, memberId, generation)
    if (version >= 3) response.int32(0)
    response.array(asked, ({ topic, partitions }) =>
      response.string(topic).array(partitions, (of) => {
        const error = !topics.log(topic, of.partition)
          ? UNKNOWN_TOPIC_OR_PARTITION
          : Buffer.byteLength(of.metadata) > maxMetadataBytes
            ? OFFSET_METADATA_TOO_LARGE
            : refused || groups.commit(groupId, { topic, ...of })
        response.int32(of.partition).int16(error)
      }),
    )
  },
}

/** OffsetFetch v1-4. */
export const offsetFetch: Api = {
  key: 9,
  versions: [1, 4],
  answer({ version, body }, response, { groups }) {
    const groupId = body.string()
    const read = version >= 2 ? body.nullableArray : body.array
    const asked = read.call(body, () => ({
      topic: body.string(),
      partitions: body.array(body.int32),
    })) as { topic: string; partitions: number[] }[] | null

    const all = Map.groupBy(groups.allCommitted(groupId), (it) => it.topic)
    const wanted =
      asked ??
      [...all].map(([topic, committed]) => ({
        topic,
        partitions: committed.map(({ partition }) => partition),
      }))
    if (version >= 3) response.int32(0)
    response.array(wanted, ({ topic, partitions }) =>
      response.string(topic).array(partitions, (partition) => {
        const committed = groups.committed(groupId, topic, partition)
        response.int32(partition).int64(committed?.offset ?? -1n)
        response.string(committed?.metadata ?? '').int16(NONE)
      }),
    )
    if (version >= 2) response.int16(NONE)
  },
}

/** DescribeGroups v0-2. */
export const describeGroups: Api = {
  key: 15,
  versions: [0, 2],
  answer({ version, body }, response, { groups }) {
    const ids = body.array(() => body.string())
    if (version >= 1) response.int32(0)
    response.array(ids, (id) => {
      const group = groups.get(id)
      const stable = group?.state === 'Stable'
      response
        .int16(NONE)
        .string(id)
        .string(group?.state ?? 'Dead')
      response.string(group?.protocolType ?? '')
      response.string(stable ? group.protocol : '')
      response.array([...(group?.members.values() ?? [])], (member) => {
        response.string(member.memberId).string(member.clientId)
        response.string(`/${member.clientHost}`)
        const nothing = Buffer.alloc(0)
        response.bytes(stable ? metadataOf(member, group.protocol) : nothing)
        response.bytes(stable ? member.assignment : nothing)
      })
    })
  },
}

/** ListGroups v0-2. */
export const listGroups: Api = {
  key: 16,
  versions: [0, 2],
  answer({ version }, response, { groups }) {
    if (version >= 1) response.int32(0)
    response.int16(NONE).array(groups.ids, (id) => {
      response.string(id).string(groups.get(id)?.protocolType ?? '')
    })
  },
}

/** DeleteGroups v0-1. */
export const deleteGroups: Api = {
  key: 42,
  versions: [0, 1],
  answer({ body }, response, { groups }) {
    const ids = body.array(() => body.string())
    response.int32(0).array(ids, (id) => {
      const group = groups.get(id)
      const empty = group?.state === 'Empty'
      if (empty) groups.delete(id)
      const refused = group ? NON_EMPTY_GROUP : GROUP_ID_NOT_FOUND
      response.string(id).int16(empty ? NONE : refused)
    })
  },
}
