import { api, nodeId, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { isTopicName } from './topics.ts'

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
    topics: (names ?? topics.names).map((name) => {
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
  answer: ({ asked, onlyValidate }, { topics }) => ({
    topics: asked.map(({ name, partitions, replicas, assignments }) => {
      const count = partitions === -1 ? 1 : partitions
      const [error, message] =
        assignments.length > 0
          ? [
              codes.INVALID_REPLICA_ASSIGNMENT,
              'The dev broker assigns partitions itself.',
            ]
          : replicas !== 1 && replicas !== -1
            ? [
                codes.INVALID_REPLICATION_FACTOR,
                'The dev broker is the only broker.',
              ]
            : [topics.check(name, count), null]
      if (!error && !onlyValidate) topics.create(name, count)
      return { name, error, message }
    }),
  }),
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
    topics: names.map((name) => {
      groups.forgetTopic(name)
      const known = topics.delete(name)
      return {
        name,
        error: known ? codes.NONE : codes.UNKNOWN_TOPIC_OR_PARTITION,
      }
    }),
  }),
})
