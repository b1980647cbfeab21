import { api, leaderEpoch, nodeId, throttleMs } from './api.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { isTopicName, newId, noId, toCount, type TopicKey } from './topics.ts'

const { array, constant, int8, int16, int32, nullableString } = t
const { since, string, struct, until, uuid } = t

/** Which operations are authorized is never listed, as if nobody asked. */
const operations = constant(int32, -0x80000000)

/** Metadata v0-13. Asking for a topic does not create it. */
export const metadata = api({
  key: 3,
  versions: [0, 13],
  flexible: 9,
  request: struct({
    asked: t.nullableArray(
      struct({ id: since(10, uuid, noId), name: nullableString }),
    ),
    mayCreate: since(4, constant(int8, 0)),
    clusterOperations: since(8, until(10, constant(int8, 0))),
    topicOperations: since(8, constant(int8, 0)),
  }),
  response: struct({
    throttleMs: since(3, throttleMs),
    brokers: array(
      struct({
        id: int32,
        host: string,
        port: int32,
        rack: since(1, constant(nullableString, null)),
      }),
    ),
    clusterId: since(2, constant(string, 'dev-broker')),
    controller: since(1, constant(int32, nodeId)),
    topics: array(
      struct({
        error: int16,
        name: nullableString,
        id: since(10, uuid, noId),
        internal: since(1, constant(int8, 0)),
        partitions: array(
          struct({
            error: constant(int16, codes.NONE),
            index: int32,
            leader: constant(int32, nodeId),
            leaderEpoch: since(7, constant(int32, leaderEpoch)),
            replicas: constant(array(int32), [nodeId]),
            inSync: constant(array(int32), [nodeId]),
            offline: since(5, constant(array(int32), [])),
          }),
        ),
        operations: since(8, operations),
      }),
    ),
    operations: since(8, until(10, operations)),
    error: since(13, constant(int16, codes.NONE)),
  }),
  answer({ asked }, { topics, host, port }, { version }) {
    const isAll = !asked || (version === 0 && asked.length === 0)
    const keys = isAll ? topics.all : groupSame(asked).map(([key]) => key)
    return {
      brokers: [{ id: nodeId, host, port }],
      topics: keys.map((key) => {
        const topic = topics.get(key)
        if (typeof topic === 'object') {
          const partitions = topic.logs.map((_, index) => ({ index }))
          return { error: 0, name: topic.name, id: topic.id, partitions }
        }
        const isInvalid = key.id === noId && !isTopicName(key.name)
        const error = isInvalid ? codes.INVALID_TOPIC_EXCEPTION : topic
        return { ...toAnswer(key), error, partitions: [] }
      }),
    }
  },
})

const setting = struct({
  name: string,
  value: nullableString,
  isReadOnly: int8,
  source: int8,
  isSensitive: int8,
})

/** CreateTopics v2-7. Ignores the configurations of topics. */
export const createTopics = api({
  key: 19,
  versions: [2, 7],
  flexible: 5,
  request: struct({
    asked: array(
      struct({
        name: string,
        partitions: int32,
        replicas: int16,
        assignments: array(struct({ index: int32, nodes: array(int32) })),
        configs: array(struct({ name: string, value: nullableString })),
      }),
    ),
    timeoutMs: constant(int32, 30_000),
    onlyValidate: int8,
  }),
  response: struct({
    throttleMs,
    topics: array(
      struct({
        name: string,
        id: since(7, uuid, noId),
        error: int16,
        message: nullableString,
        partitions: since(5, int32, -1),
        replicas: since(5, int16, -1),
        configs: since(5, constant(array(setting), [])),
      }),
    ),
  }),
  answer({ asked, onlyValidate }, { topics }) {
    const existing = topics.all.map(({ name }) => name)
    const byName = Map.groupBy(asked, ({ name }) => name)
    return {
      topics: Array.from(byName, ([name, entries]) => {
        const [topic] = entries as [(typeof asked)[number]]
        const refusal =
          entries.length > 1
            ? ([codes.INVALID_REQUEST, 'Duplicate topic name.'] as const)
            : topics.refuse(topic, existing)
        if (refusal) {
          const [error, message] = refusal
          const none = { id: noId, partitions: -1, replicas: -1 }
          return { name, error, message, ...none }
        }
        const id = onlyValidate ? newId() : topics.create(topic).id
        const created = { id, partitions: toCount(topic), replicas: 1 }
        return { name, error: codes.NONE, message: null, ...created }
      }),
    }
  },
})

/** DeleteTopics v1-6. Also deletes the offsets that groups committed. */
export const deleteTopics = api({
  key: 20,
  versions: [1, 6],
  flexible: 4,
  request: struct({
    asked: since(6, array(struct({ name: nullableString, id: uuid })), []),
    names: until(5, array(string), []),
    timeoutMs: constant(int32, 30_000),
  }),
  response: struct({
    throttleMs,
    topics: array(
      struct({
        name: nullableString,
        id: since(6, uuid, noId),
        error: int16,
        message: since(5, constant(nullableString, null)),
      }),
    ),
  }),
  answer({ asked, names }, { topics, groups }) {
    const keys = [...asked, ...names.map((name) => ({ name, id: noId }))]
    return {
      topics: groupSame(keys).map(([key, ...same]) => {
        const topic = topics.get(key)
        if (same.length > 0) {
          return { ...toAnswer(key), error: codes.INVALID_REQUEST }
        }
        if (typeof topic === 'number') return { ...toAnswer(key), error: topic }
        groups.forgetTopic(topic.name)
        topics.delete(topic)
        return { name: topic.name, id: topic.id, error: codes.NONE }
      }),
    }
  },
})

/** Groups entries that name the same topic. */
function groupSame(keys: readonly { name: string | null; id: string }[]) {
  const named = keys.map(({ name, id }) => ({ name: name ?? '', id }))
  const groups = Map.groupBy(named, ({ name, id }) => `${id} ${name}`)
  return [...groups.values()] as [TopicKey, ...TopicKey[]][]
}

/** The name is null where a request names a topic by its ID. */
const toAnswer = ({ name, id }: TopicKey) => ({
  name: id === noId ? name : null,
  id,
})
