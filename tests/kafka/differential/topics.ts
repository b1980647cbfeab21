import { setTimeout } from 'node:timers/promises'
import { createTopics, metadata } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { listOffsets } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import type { ValueOf } from '../../../examples/kafka/dev-broker/codec.ts'
import { decode, encode, Wire } from './wire.ts'

/** Asks a broker once, in the latest version that the dev broker knows too. */
export async function ask<Request, Response>(
  port: number,
  api: Api<Request, Response>,
  request: Request,
): Promise<Response> {
  using wire = await Wire.connect(port)
  const version = api.versions[1]
  const response = await wire.send(encode(api, version, request))
  if (response === 'closed') throw new Error(`Request ${api.key} was not answered`)
  return decode(api, version, response)
}

/** Kafka answers that it has made a topic before its metadata tell of it: waits for that. */
export async function untilKnown(port: number, names: readonly string[]): Promise<void> {
  for (;;) {
    const { topics } = await ask(port, metadata, { names: [...names] })
    const known = topics.every(
      ({ error, partitions }) => error === 0 && partitions.every(({ leader }) => leader > 0),
    )
    if (known && (await serves(port, topics))) return
    await setTimeout(20)
  }
}

/** Whether the broker has taken up what its metadata say that it leads. */
async function serves(port: number, topics: ValueOf<typeof metadata.response>['topics']) {
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => ({ index, timestamp: -1n })),
  }))
  const answer = await ask(port, listOffsets, { asked })
  return answer.topics.every(({ partitions }) => partitions.every(({ error }) => error === 0))
}

export async function makeTopic(port: number, name: string, partitions: number): Promise<void> {
  const topic = { name, partitions, replicas: 1, assignments: [], configs: [] }
  await ask(port, createTopics, { asked: [topic], onlyValidate: 0 })
  await untilKnown(port, [name])
}
