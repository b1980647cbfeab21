import { nodeId, type Api } from './api.ts'
import {
  INVALID_REPLICA_ASSIGNMENT,
  INVALID_REPLICATION_FACTOR,
  INVALID_TOPIC_EXCEPTION,
  NONE,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './errors.ts'
import { isTopicName } from './topics.ts'

/** Metadata v1-5. Topics are not created by asking for them. */
export const metadata: Api = {
  key: 3,
  versions: [1, 5],
  answer({ version, body }, response, { topics, host, port }) {
    const names = body.nullableArray(() => body.string()) ?? topics.names
    if (version >= 4) body.boolean() // whether topics may be created

    if (version >= 3) response.int32(0)
    response.array([nodeId], (id) =>
      response.int32(id).string(host).int32(port).string(null),
    )
    if (version >= 2) response.string('dev-broker')
    response.int32(nodeId)
    response.array(names, (name) => {
      const logs = topics.partitions(name)
      const error = isTopicName(name)
        ? UNKNOWN_TOPIC_OR_PARTITION
        : INVALID_TOPIC_EXCEPTION
      response
        .int16(logs ? NONE : error)
        .string(name)
        .boolean(false)
      response.array([...(logs ?? []).keys()], (index) => {
        response.int16(NONE).int32(index).int32(nodeId)
        response.array([nodeId], response.int32).array([nodeId], response.int32)
        if (version >= 5) response.array([], response.int32)
      })
    })
  },
}

/** CreateTopics v2-4. Configurations of topics are read and not used. */
export const createTopics: Api = {
  key: 19,
  versions: [2, 4],
  answer({ body }, response, { topics }) {
    const asked = body.array(() => ({
      name: body.string(),
      partitions: body.int32(),
      replicas: body.int16(),
      assignments: body.array(() => {
        body.int32()
        body.array(body.int32)
      }),
      configs: body.array(() => [body.string(), body.nullableString()]),
    }))
    body.int32() // the timeout
    const onlyValidate = body.boolean()

    response.int32(0).array(asked, ({ name, replicas, assignments, ...of }) => {
      const partitions = of.partitions === -1 ? 1 : of.partitions
      const [error, message] =
        assignments.length > 0
          ? [INVALID_REPLICA_ASSIGNMENT, 'The dev broker assigns by itself.']
          : replicas !== 1 && replicas !== -1
            ? [INVALID_REPLICATION_FACTOR, 'The dev broker is the only one.']
            : [topics.check(name, partitions), null]
      if (error === NONE && !onlyValidate) topics.create(name, partitions)
      response.string(name).int16(error).string(message)
    })
  },
}

/** DeleteTopics v1-3. */
export const deleteTopics: Api = {
  key: 20,
  versions: [1, 3],
  answer({ body }, response, { topics, groups }) {
    const names = body.array(() => body.string())
    body.int32() // the timeout
    response.int32(0).array(names, (name) => {
      const deleted = topics.delete(name)
      groups.forgetTopic(name)
      response.string(name)
      response.int16(deleted ? NONE : UNKNOWN_TOPIC_OR_PARTITION)
    })
  },
}
