import { api, nodeId, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { isTopicName, type NewTopic } from './topics.ts'

const { array, constant, int8, int16, int32, string, struct } = t

/** Metadata v4. Asking for a topic does not create it. */
export const metadata = api({
  key: 3,
  versions: [4, 4],
  request: struct({
    names: t.nullableArray(string),
    mayCreate: constant(int8, 0),
  }),
  response: struct({
    throttleMs,
    brokers: array(
      struct({
        id: int32,
        host: string,
        port: int32,
        rack: constant(t.nullableString, null),
      }),
    ),
    clusterId: constant(string, 'dev-broker'),
    controller: int32,
    topics: array(
      struct({
        error: int16,
        name: string,
        internal: constant(int8, 0),
        partitions: array(
          struct({
            error: constant(int16, codes.NONE),
            index: int32,
            leader: int32,
            replicas: array(int32),
            inSync: array(int32),
          }),
        ),
      }),
    ),
  }),
  answer: ({ names }, { topics, host, port }) => ({
    brokers: [{ id: nodeId, host, port }],
    controller: nodeId,
    topics: Array.from(new Set(names ?? topics.names), (name) => {
      const logs = topics.partitions(name)
      const missing = isTopicName(name)
        ? codes.UNKNOWN_TOPIC_OR_PARTITION
        : codes.INVALID_TOPIC_EXCEPTION
      const nodes = { leader: nodeId, replicas: [nodeId], inSync: [nodeId] }
      const partitions = (logs ?? []).map((_, index) => ({ index, ...nodes }))
      return { error: logs ? codes.NONE : missing, name, partitions }
    }),
  }),
})

/** CreateTopics v3-4. Ignores the configurations of topics. */
export const createTopics = api({
  key: 19,
  versions: [3, 4],
  request: struct({
    asked: array(
      struct({
        name: string,
        partitions: int32,
        replicas: int16,
        assignments: array(struct({ index: int32, nodes: array(int32) })),
        configs: array(struct({ name: string, value: t.nullableString })),
      }),
    ),
    timeoutMs: constant(int32, 30_000),
    onlyValidate: int8,
  }),
  response: struct({
    throttleMs,
    topics: array(
      struct({ name: string, error: int16, message: t.nullableString }),
    ),
  }),
  answer({ asked, onlyValidate }, { topics }) {
    const existing = topics.names
    const byName = Map.groupBy(asked, ({ name }) => name)
    return {
      topics: Array.from(byName, ([name, entries]) => {
        const topic = entries[0] as NewTopic
        const refusal =
          entries.length > 1
            ? ([codes.INVALID_REQUEST, 'Duplicate topic name.'] as const)
            : topics.refuse(topic, existing)
        if (!refusal && !onlyValidate) topics.create(topic)
        const [error, message] = refusal ?? [codes.NONE, null]
        return { name, error, message }
      }),
    }
  },
})

/** DeleteTopics v1. Also deletes the offsets that groups committed. */
export const deleteTopics = api({
  key: 20,
  versions: [1, 1],
  request: struct({ names: array(string), timeoutMs: constant(int32, 30_000) }),
  response: struct({
    throttleMs,
    topics: array(struct({ name: string, error: int16 })),
  }),
  answer: ({ names }, { topics, groups }) => ({
    topics: Array.from(Map.groupBy(names, String), ([name, { length }]) => {
      if (length > 1) return { name, error: codes.INVALID_REQUEST }
      groups.forgetTopic(name)
      const known = topics.delete(name)
      return {
        name,
        error: known ? codes.NONE : codes.UNKNOWN_TOPIC_OR_PARTITION,
      }
    }),
  }),
})
