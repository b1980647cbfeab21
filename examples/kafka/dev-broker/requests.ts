import * as groups from './api-groups.ts'
import * as offsets from './api-offsets.ts'
import * as records from './api-records.ts'
import * as topics from './api-topics.ts'
import { api, throttleMs, type Api, type State } from './api.ts'
import * as t from './codec.ts'
import { NONE, UNSUPPORTED_VERSION } from './errors.ts'
import { MalformedError } from './frames.ts'

const { int16, int32, nullableString, struct } = t

/** ApiVersions v0-2. Clients with a later version ask again (KIP-511). */
export const apiVersions = api({
  key: 18,
  versions: [0, 2],
  request: struct({}),
  response: struct({
    error: int16,
    apis: t.array(struct({ key: int16, min: int16, max: int16 })),
    throttleMs: t.since(1, throttleMs, undefined),
  }),
  answer: () => ({
    error: NONE,
    apis: [...apis.values()].map(advertise),
  }),
})

/**
 * All supported requests. Each has the latest version that the five tested
 * clients share and that is not "flexible", plus earlier ones where librdkafka
 * expects them. Kafka 4 still supports all of them (KIP-896).
 */
export const apis: ReadonlyMap<number, Api> = new Map(
  [topics, records, offsets, groups, { apiVersions }]
    .flatMap((list) => Object.values<Api>(list))
    .map((definition) => [definition.key, definition]),
)

/**
 * librdkafka compresses only if the versions of Produce start at 0. Hence Kafka
 * advertises 0 without supporting 0-2 (KAFKA-18659), and so does this broker.
 */
function advertise({ key, versions: [min, max] }: Api) {
  return { key, min: key === records.produce.key ? 0 : min, max }
}

const header = struct({
  key: int16,
  version: int16,
  correlationId: int32,
  clientId: nullableString,
})

/**
 * Answers one frame. Returns undefined where the client expects no response.
 * Reads the whole request first, so a truncated request changes nothing.
 *
 * @throws MalformedError where Kafka closes the connection: when the request
 * or its version is unknown, or when the request is malformed
 */
export async function respond(
  frame: Buffer,
  state: State,
): Promise<Buffer | undefined> {
  const reader = new t.Reader(frame)
  const { key, version, correlationId, clientId } = header.read(reader, 0)
  const framed = (body: Buffer) =>
    Buffer.concat([
      int32.write(4 + body.length, 0),
      int32.write(correlationId, 0),
      body,
    ])
  const requested = apis.get(key)
  if (!requested) throw new MalformedError(`Unknown request key ${key}`)
  const [min, max] = requested.versions
  if (version < min || version > max) {
    if (requested !== apiVersions)
      throw new MalformedError(`Unknown version ${version} of request ${key}`)
    const refusal = {
      error: UNSUPPORTED_VERSION,
      apis: [advertise(apiVersions)],
    }
    return framed(apiVersions.response.write(refusal, 0))
  }
  const request = requested.request.read(reader, version)
  const response = await requested.answer(request, state, clientId ?? '')
  return response && framed(requested.response.write(response, version))
}
