import { apiVersions } from '../../../examples/kafka/dev-broker/requests.ts'
import { createTopics } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { joinGroup } from '../../../examples/kafka/dev-broker/api-groups.ts'
import type { Exchange, RecordedEvent } from '../dev-broker/recorder.ts'
import { normalizeResponse } from './normalize.ts'
import { waitForTopics } from './topics.ts'
import { decodeResponse, readHeader, Wire } from './wire.ts'

/**
 * Sends recorded requests to another broker, in the same order of requests and responses. Replaces the member IDs with those
 * of the other broker. Omits ApiVersions, in which the brokers differ. Resolves with the requests, such as "3 v4", and the
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
    if (key === createTopics.key && replayed !== 'closed') {
      const { topics } = decodeResponse(createTopics, version, replayed)
      await waitForTopics(
        port,
        topics.map(({ name }) => name),
      )
    }
    compared.push({
      request: `${key} v${version}`,
      recorded: normalizeResponse(key, version, recorded, { ids }),
      replayed: normalizeResponse(key, version, replayed),
    })
  }
  return compared
}

/** Replaces member IDs. All have the same length: the client ID, a dash and a UUID. */
function replaceIds(request: Buffer, ids: ReadonlyMap<string, string>): Buffer {
  const copy = Buffer.from(request)
  for (const [from, to] of ids) {
    for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at)
  }
  return copy
}
