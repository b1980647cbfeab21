import * as groups from './api-groups.ts'
import * as offsets from './api-offsets.ts'
import * as records from './api-records.ts'
import * as topics from './api-topics.ts'
import { api, throttleMs, type Api, type State } from './api.ts'
import * as t from './codec.ts'
import { NONE, UNSUPPORTED_VERSION } from './errors.ts'
import { MalformedError } from './frames.ts'

const { int16, int32, nullableString, struct } = t

/** ApiVersions v0-2: who asks in a later one asks again (KIP-511). */
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
 * All that is understood: for each request the latest version that five
 * clients share and that is not "flexible", and earlier ones where librdkafka
 * looks for them. Kafka 4 still has all of them (KIP-896).
 */
export const apis: ReadonlyMap<number, Api> = new Map(
  [topics, records, offsets, groups, { apiVersions }]
    .flatMap((list) => Object.values<Api>(list))
    .map((it) => [it.key, it]),
)

/**
 * librdkafka compresses only where Produce begins at 0, so Kafka says that it
 * does (KAFKA-18659), and like here it does not understand 0-2.
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
 * Answers one frame; undefined where the client wants no answer. Throws a
 * MalformedError for what Kafka closes the connection for: a request that it
 * does not know, or not in this version, or cannot read. The request is read
 * as a whole before anything is done, so that half a request changes nothing.
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
  const called = apis.get(key)
  if (!called) throw new MalformedError(`A request with key ${key}`)
  const [min, max] = called.versions
  if (version < min || version > max) {
    if (called !== apiVersions)
      throw new MalformedError(`Version ${version} of ${key}`)
    const refusal = {
      error: UNSUPPORTED_VERSION,
      apis: [advertise(apiVersions)],
    }
    return framed(apiVersions.response.write(refusal, 0))
  }
  const request = called.request.read(reader, version)
  const response = await called.answer(request, state, clientId ?? '')
  return response && framed(called.response.write(response, version))
}
