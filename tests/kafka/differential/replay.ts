import { apiVersions } from '../../../examples/kafka/dev-broker/requests.ts'
import { noId } from '../../../examples/kafka/dev-broker/topics.ts'
import { createTopics, metadata } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { joinGroup } from '../../../examples/kafka/dev-broker/api-groups.ts'
import type { Exchange, RecordedEvent } from '../dev-broker/recorder.ts'
import { isTopicId, normalizeResponse } from './normalize.ts'
import { waitForTopics } from './topics.ts'
import { decodeResponse, readHeader, Wire } from './wire.ts'

/**
 * Sends recorded requests to another broker, in the same order of requests and responses. Replaces the IDs of members and
 * topics with those of the other broker. Omits ApiVersions, in which the brokers differ. Resolves with the requests, such as "3 v4", and the
 * normalized responses of both brokers.
 */
export async function replay(events: readonly RecordedEvent[], port: number) {
  using stack = new DisposableStack()
  const wires = new Map<number, Promise<Wire>>()
  const wireFor = async ({ connection }: Exchange) => {
    const known = wires.get(connection) ?? Wire.connect(port)
    wires.set(connection, known)
    return known
  }
  const ids = new Map<string, string>()
  const responses = new Map<Exchange, Promise<Buffer | 'closed'>>()
  const compared: { request: string; recorded: unknown; replayed: unknown }[] = []
  for (const { kind, exchange } of events) {
    const { key, version } = readHeader(exchange.request)
    if (key === apiVersions.key) continue
    if (kind === 'requested') {
      const wire = stack.use(await wireFor(exchange))
      responses.set(exchange, wire.send(replaceIds(exchange.request, ids)))
      continue
    }
    const replayed = await responses.get(exchange)
    const recorded = exchange.response
    if (!replayed || !recorded) continue
    if (key === joinGroup.key && replayed !== 'closed') {
      const [from, to] = [recorded, replayed].map(
        (response) => decodeResponse(joinGroup, version, response).memberId,
      )
      if (from && to) ids.set(from, to)
    }
    if ((key === createTopics.key || key === metadata.key) && replayed !== 'closed') {
      const [from = [], to = []] = [recorded, replayed].map((response) =>
        key === metadata.key
          ? decodeResponse(metadata, version, response).topics
          : decodeResponse(createTopics, version, response).topics,
      )
      const idsInKafka = new Map(to.map(({ name, id }) => [name, id]))
      for (const { name, id } of from) {
        if (id !== noId) ids.set(id, idsInKafka.get(name) ?? id)
      }
      if (key === createTopics.key) {
        await waitForTopics(
          port,
          to.map(({ name }) => name ?? ''),
        )
      }
    }
    compared.push({
      request: `${key} v${version}`,
      recorded: normalizeResponse(key, version, recorded, { ids }),
      replayed: normalizeResponse(key, version, replayed),
    })
  }
  return compared
}

/** Replaces IDs: of members, which have the same length in both brokers, and of topics. */
function replaceIds(request: Buffer, ids: ReadonlyMap<string, string>): Buffer {
  const copy = Buffer.from(request)
  for (const [from, to] of ids) {
    const encoding = isTopicId(from) ? 'hex' : 'utf8'
    for (let at = -1; (at = copy.indexOf(from, at + 1, encoding)) >= 0;)
      copy.write(to, at, encoding)
  }
  return copy
}
