import { answerEach, api, byTopic, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'

const { constant, int16, int32, int64, since, string, struct } = t

/** Kafka's `offset.metadata.max.bytes`. */
const maxMetadataBytes = 4_096

/** ListOffsets v1-2 by a time in ms, or -1 for the end, -2 for the start. */
export const listOffsets = api({
  key: 2,
  versions: [1, 2],
  request: struct({
    replica: constant(int32, -1),
    isolation: since(2, constant(t.int8, 0), undefined),
    asked: byTopic(struct({ index: int32, timestamp: int64 })),
  }),
  response: struct({
    throttleMs: since(2, throttleMs, undefined),
    topics: byTopic(
      struct({ index: int32, error: int16, timestamp: int64, offset: int64 }),
    ),
  }),
  answer: ({ asked }, { topics }) => ({
    topics: answerEach(asked, (name, { index, timestamp }) => {
      const log = topics.log(name, index)
      const none = { index, error: 0, timestamp: -1n, offset: -1n }
      if (timestamp < -2n) return { ...none, error: codes.UNSUPPORTED_VERSION }
      if (!log) return { ...none, error: codes.UNKNOWN_TOPIC_OR_PARTITION }
      if (timestamp === -1n) return { ...none, offset: log.end }
      if (timestamp === -2n) return { ...none, offset: log.start }
      return { ...none, ...log.find(timestamp) }
    }),
  }),
})

/** OffsetCommit v5. */
export const offsetCommit = api({
  key: 8,
  versions: [5, 5],
  request: struct({
    group: string,
    generation: int32,
    memberId: string,
    asked: byTopic(
      struct({ index: int32, offset: int64, metadata: t.nullableString }),
    ),
  }),
  response: struct({
    throttleMs,
    topics: byTopic(struct({ index: int32, error: int16 })),
  }),
  answer({ group, generation, memberId, asked }, { groups, topics }) {
    let groupError: number | undefined
    return {
      topics: answerEach(asked, (name, { index, offset, ...of }) => {
        const metadata = of.metadata ?? ''
        const check = () => {
          if (!topics.log(name, index)) return codes.UNKNOWN_TOPIC_OR_PARTITION
          groupError ??= groups.checkCommit(group, memberId, generation)
          if (groupError) return groupError
          const isLarge = Buffer.byteLength(metadata) > maxMetadataBytes
          return isLarge ? codes.OFFSET_METADATA_TOO_LARGE : codes.NONE
        }
        const error = check()
        if (!error) groups.commit(group, { name, index, offset, metadata })
        return { index, error }
      }),
    }
  },
})

/** OffsetFetch v4. Without topics it lists everything the group committed. */
export const offsetFetch = api({
  key: 9,
  versions: [4, 4],
  request: struct({
    group: string,
    topics: t.nullableArray(
      struct({ name: string, partitions: t.array(int32) }),
    ),
  }),
  response: struct({
    throttleMs,
    topics: byTopic(
      struct({
        index: int32,
        offset: int64,
        metadata: t.nullableString,
        error: constant(int16, codes.NONE),
      }),
    ),
    error: constant(int16, codes.NONE),
  }),
  answer({ group, topics }, { groups }) {
    const none = { offset: -1n, metadata: '' }
    const all = Map.groupBy(groups.allCommitted(group), ({ name }) => name)
    return {
      topics: topics
        ? answerEach(topics, (name, index) => {
            return { index, ...(groups.committed(group, name, index) ?? none) }
          })
        : [...all].map(([name, partitions]) => ({ name, partitions })),
    }
  },
})
