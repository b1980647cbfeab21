import { apiVersions } from '../../../examples/kafka/dev-broker/requests.ts'
import { createTopics } from '../../../examples/kafka/dev-broker/api-topics.ts'
import { joinGroup } from '../../../examples/kafka/dev-broker/api-groups.ts'
import type { Exchange, Recording } from '../dev-broker/recorder.ts'
import { observed } from './normalise.ts'
import { untilKnown } from './topics.ts'
import { decode, headerOf, Wire } from './wire.ts'

/** What one request of a client was answered by the recorded broker and by the other one. */
export interface Compared {
  /** "3 v4": key and version. */
  readonly request: string
  readonly recorded: unknown
  readonly replayed: unknown
}

/**
 * Sends the requests of a recording to another broker, in their order and with their answers awaited where they came.
 * Ids of members are replaced by those that the other broker gives. ApiVersions is left out: there brokers differ.
 */
export async function replay({ events }: Recording, port: number): Promise<Compared[]> {
  using stack = new DisposableStack()
  const wires = new Map<number, Promise<Wire>>()
  const wireOf = async ({ connection }: Exchange) => {
    const known = wires.get(connection) ?? Wire.connect(port)
    wires.set(connection, known)
    return known
  }
  const ids = new Map<string, string>()
  const answers = new Map<Exchange, Promise<Buffer | 'closed'>>()
  const compared: Compared[] = []
  for (const { kind, exchange } of events) {
    const { key, version } = headerOf(exchange.request)
    if (key === apiVersions.key) continue
    if (kind === 'asked') {
      const wire = stack.use(await wireOf(exchange))
      answers.set(exchange, wire.send(withIds(exchange.request, ids)))
      continue
    }
    const replayed = await answers.get(exchange)
    const recorded = exchange.response
    if (!replayed || !recorded) continue
    if (key === joinGroup.key && replayed !== 'closed') {
      const [from, to] = [recorded, replayed].map((it) => decode(joinGroup, version, it).memberId)
      if (from && to) ids.set(from, to)
    }
    if (key === createTopics.key && replayed !== 'closed') {
      const { topics } = decode(createTopics, version, replayed)
      await untilKnown(
        port,
        topics.map(({ name }) => name),
      )
    }
    compared.push({
      request: `${key} v${version}`,
      recorded: observed(key, version, recorded, ids),
      replayed: observed(key, version, replayed),
    })
  }
  return compared
}

/** The ids are as long as the ones they replace: the client's, a dash and a UUID. */
function withIds(request: Buffer, ids: ReadonlyMap<string, string>): Buffer {
  const changed = Buffer.from(request)
  for (const [from, to] of ids) {
    for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + 1)) {
      changed.write(to, at)
    }
  }
  return changed
}
