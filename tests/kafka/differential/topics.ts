import { setTimeout } from 'node:timers/promises'
import { createTopics, metadata } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { listOffsets } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import type { ValueOf } from '../../../examples/kafka/dev-broker/codec.ts'
import { decodeResponse, encodeRequest, Wire } from './wire.ts'

/** Sends a request on a new connection, in the latest version of the dev broker. */
export async function request<Request, Response>(
  port: number,
  api: Api<Request, Response>,
  body: Request,
): Promise<Response> {
  using wire = await Wire.connect(port)
  const version = api.versions[1]
  const response = await wire.send(encodeRequest(api, version, body))
  if (response === 'closed')
    throw new Error(`The broker closed the connection instead of answering request ${api.key}`)
  return decodeResponse(api, version, response)
}

/** Waits until the metadata list the topics. Kafka answers CreateTopics before that. */
export async function waitForTopics(port: number, names: readonly string[]): Promise<void> {
  for (;;) {
    const { topics } = await request(port, metadata, { names: [...names] })
    const isKnown = topics.every(
      ({ error, partitions }) => error === 0 && partitions.every(({ leader }) => leader > 0),
    )
    if (isKnown && (await isServed(port, topics))) return
    await setTimeout(20)
  }
}

/** Whether the broker serves the partitions that it leads according to its metadata. */
async function isServed(port: number, topics: ValueOf<typeof metadata.response>['topics']) {
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => ({ index, timestamp: -1n })),
  }))
  const answer = await request(port, listOffsets, { asked })
  return answer.topics.every(({ partitions }) => partitions.every(({ error }) => error === 0))
}

export async function createTopic(port: number, name: string, partitions: number): Promise<void> {
  const topic = { name, partitions, replicas: 1, assignments: [], configs: [] }
  await request(port, createTopics, { asked: [topic], onlyValidate: 0 })
  await waitForTopics(port, [name])
}
