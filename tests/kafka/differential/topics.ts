import { setTimeout } from 'node:timers/promises'
import { createTopics, metadata } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { listOffsets } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { apiVersions } from '../../../examples/kafka/dev-broker/requests.ts'
import type { ValueOf } from '../../../examples/kafka/dev-broker/codec.ts'
import { noId } from '../../../examples/kafka/dev-broker/topics.ts'
import { decodeResponse, encodeRequest, Wire } from './wire.ts'

/**
 * Sends a request on a new connection, by default in the latest version that Kafka and the dev broker have, up to 9. Later ones
 * name topics by ID.
 */
export async function request<Request, Response>(
  port: number,
  api: Api<Request, Response>,
  body: Request,
  version = Math.min(api.versions[1], 9),
): Promise<Response> {
  using wire = await Wire.connect(port)
  const response = await wire.send(encodeRequest(api, version, body))
  if (response === 'closed')
    throw new Error(`The broker closed the connection instead of answering request ${api.key}`)
  return decodeResponse(api, version, response)
}

/** The requests that a broker supports, with their versions. */
export const readVersions = (port: number, version?: number) =>
  request(port, apiVersions, { softwareName: 'tests', softwareVersion: '1' }, version)

/** An entry of a request for these partitions of a topic. */
export const byName = <T>(name: string, partitions: T[]) => ({ name, id: noId, partitions })

/** Waits until the metadata list the topics. Kafka answers CreateTopics before that. */
export async function waitForTopics(port: number, names: readonly string[]): Promise<void> {
  for (;;) {
    const { topics } = await readMetadata(port, names)
    if (topics.every(({ error }) => error === 0) && (await isServed(port, topics))) return
    await setTimeout(20)
  }
}

const readMetadata = (port: number, names: readonly string[]) =>
  request(port, metadata, { asked: names.map((name) => ({ name, id: noId })) })

/** The ID of each topic, by its name. */
export async function topicIds(
  port: number,
  names: readonly string[],
): Promise<Map<string, string>> {
  const asked = names.map((name) => ({ name, id: noId }))
  const { topics } = await request(port, metadata, { asked }, 12)
  return new Map(topics.map(({ name, id }) => [name ?? '', id]))
}

/** Whether the broker serves the partitions that it leads according to its metadata. */
async function isServed(port: number, topics: ValueOf<typeof metadata.response>['topics']) {
  const asked = topics.map(({ name, partitions }) =>
    byName(
      name ?? '',
      partitions.map(({ index }) => ({ index, leaderEpoch: -1, timestamp: -1n })),
    ),
  )
  const answer = await request(port, listOffsets, { asked })
  return answer.topics.every(({ partitions }) => partitions.every(({ error }) => error === 0))
}

export async function createTopic(port: number, name: string, partitions: number): Promise<void> {
  // By default, Kafka soon deletes the records with old timestamps that the tests produce.
  const configs = [{ name: 'retention.ms', value: '-1' }]
  const topic = { name, partitions, replicas: 1, assignments: [], configs }
  await request(port, createTopics, { asked: [topic], onlyValidate: 0 })
  await waitForTopics(port, [name])
}
