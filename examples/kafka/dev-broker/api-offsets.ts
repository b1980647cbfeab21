import * as a from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { MalformedError } from './frames.ts'
import { noId } from './topics.ts'

const { constant, int8, int16, int32, int64, listSince, nullableString } = t
const { since, string, struct, until } = t

/** Kafka's `offset.metadata.max.bytes`. */
const maxMetadataBytes = 4_096

/** Times that are not times. Each exists since a version of ListOffsets. */
const special = {
  end: -1n,
  start: -2n,
  maxTimestamp: -3n,
  localStart: -4n,
  remoteEnd: -5n,
  pendingUpload: -6n,
}
const specialSince = new Map<bigint, number>([
  [special.maxTimestamp, 7],
  [special.localStart, 8],
  [special.remoteEnd, 9],
  [special.pendingUpload, 11],
])

/** ListOffsets v1-11 by a time in ms, or by one of the special times. */
export const listOffsets = a.api({
  key: 2,
  versions: [1, 11],
  flexible: 6,
  request: struct({
    replica: constant(int32, -1),
    isolation: since(2, constant(int8, 0)),
    asked: a.byTopic(
      struct({
        index: int32,
        leaderEpoch: since(4, int32, -1),
        timestamp: int64,
      }),
    ),
    timeoutMs: since(10, constant(int32, 30_000)),
  }),
  response: struct({
    throttleMs: since(2, a.throttleMs),
    topics: a.byTopic(
      struct({
        index: int32,
        error: int16,
        timestamp: int64,
        offset: int64,
        leaderEpoch: since(4, int32, -1),
      }),
    ),
  }),
  answer: ({ asked }, { topics }, { version }) => ({
    topics: a.answerEach(a.lastOfEach(asked), (topic, of) => {
      const { index, timestamp } = of
      const log = topics.log(topic, index)
      const none = { index, error: 0, timestamp: -1n, offset: -1n }
      const nothing = { ...none, leaderEpoch: -1 }
      const found = { ...none, leaderEpoch: a.leaderEpoch }
      if (of.isRepeated) return { ...nothing, error: codes.INVALID_REQUEST }
      if (timestamp < special.start) {
        const first = specialSince.get(timestamp) ?? Infinity
        if (version < first)
          return { ...nothing, error: codes.UNSUPPORTED_VERSION }
      }
      if (typeof log === 'number') return { ...nothing, error: log }
      const error = a.checkLeaderEpoch(of.leaderEpoch)
      if (error) return { ...nothing, error }
      switch (timestamp) {
        case special.end:
          return { ...found, offset: log.end }
        case special.start:
        case special.localStart:
          return { ...found, offset: log.start }
        case special.remoteEnd:
        case special.pendingUpload:
          return nothing
      }
      const record =
        timestamp === special.maxTimestamp
          ? log.findLatest()
          : log.find(timestamp)
      return record ? { ...found, ...record } : nothing
    }),
  }),
})

/** OffsetCommit v2-10. */
export const offsetCommit = a.api({
  key: 8,
  versions: [2, 10],
  flexible: 8,
  request: struct({
    group: string,
    generation: int32,
    memberId: string,
    instanceId: since(7, nullableString, null),
    retentionMs: until(4, constant(int64, -1n)),
    asked: a.byTopic(
      struct({
        index: int32,
        offset: int64,
        leaderEpoch: since(6, int32, -1),
        metadata: nullableString,
      }),
      10,
    ),
  }),
  response: struct({
    throttleMs: since(3, a.throttleMs),
    topics: a.byTopic(struct({ index: int32, error: int16 }), 10),
  }),
  answer(request, { groups, topics }, { version }) {
    const { group, generation, memberId, asked } = request
    const checkGroup = () => {
      const error = groups.checkCommit(group, memberId, generation)
      const isNew = error === codes.GROUP_ID_NOT_FOUND && version < 9
      return isNew ? codes.ILLEGAL_GENERATION : error
    }
    let groupError: number | undefined
    return {
      topics: a.answerEach(asked, (key, { index, offset, ...of }) => {
        const metadata = of.metadata ?? ''
        const topic = topics.get(key)
        if (typeof topic === 'number') return { index, error: topic }
        const check = () => {
          if (!topic.logs[index]) return codes.UNKNOWN_TOPIC_OR_PARTITION
          groupError ??= checkGroup()
          if (groupError) return groupError
          const isLarge = Buffer.byteLength(metadata) > maxMetadataBytes
          return isLarge ? codes.OFFSET_METADATA_TOO_LARGE : codes.NONE
        }
        const error = check()
        const { name } = topic
        const { leaderEpoch } = of
        if (!error)
          groups.commit(group, { name, index, offset, leaderEpoch, metadata })
        return { index, error }
      }),
    }
  },
})

/** OffsetFetch v1-10. Without topics it lists everything the group committed. */
export const offsetFetch = a.api({
  key: 9,
  versions: [1, 10],
  flexible: 6,
  request: struct({
    asked: listSince(8, {
      group: string,
      memberId: since(9, nullableString, null),
      memberEpoch: since(9, int32, -1),
      topics: t.nullableArray(
        struct({
          name: until(9, string, ''),
          id: since(10, t.uuid, noId),
          partitions: t.array(int32),
        }),
      ),
    }),
    requireStable: since(7, constant(int8, 0)),
  }),
  response: struct({
    throttleMs: since(3, a.throttleMs),
    groups: listSince(8, {
      group: since(8, string, ''),
      topics: a.byTopic(
        struct({
          index: int32,
          offset: int64,
          leaderEpoch: since(5, int32, -1),
          metadata: nullableString,
          error: int16,
        }),
        10,
      ),
      error: since(2, constant(int16, codes.NONE)),
    }),
  }),
  answer: ({ asked }, { groups, topics: known }, { version }) => ({
    groups: asked.map(({ group, topics }) => {
      if (version < 2 && !topics) throw new MalformedError('Null')
      const none = { offset: -1n, leaderEpoch: -1, metadata: '', error: 0 }
      const all = Map.groupBy(groups.allCommitted(group), ({ name }) => name)
      return {
        group,
        topics: topics
          ? a.answerEach(topics, (key, index) => {
              const topic = known.get(key)
              // A name that does not exist has no offsets. An ID is an error.
              const isUnknownId = typeof topic === 'number' && key.id !== noId
              if (isUnknownId) return { index, ...none, error: topic }
              const name = typeof topic === 'number' ? key.name : topic.name
              const committed = groups.committed(group, name, index)
              return { index, ...none, ...committed }
            })
          : Array.from(all, ([name, committed]) => {
              const topic = known.get({ name, id: noId })
              const id = typeof topic === 'number' ? noId : topic.id
              const partitions = committed.map((of) => ({ ...of, error: 0 }))
              return { name, id, partitions }
            }),
      }
    }),
  }),
})
