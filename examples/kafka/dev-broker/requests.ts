import { nameOf } from './api-names.ts'
import * as groups from './api-groups.ts'
import * as offsets from './api-offsets.ts'
import * as records from './api-records.ts'
import * as topics from './api-topics.ts'
import { api, throttleMs, versionOf, type Api, type State } from './api.ts'
import * as t from './codec.ts'
import { NONE, UNSUPPORTED_VERSION } from './errors.ts'
import { MalformedError } from './frames.ts'

const { int16, int32, nullableString, since, string, struct } = t

/** ApiVersions v0-4. Clients with a later version ask again (KIP-511). */
export const apiVersions = api({
  key: 18,
  versions: [0, 4],
  flexible: 3,
  request: struct({
    softwareName: since(3, string, ''),
    softwareVersion: since(3, string, ''),
  }),
  response: struct({
    error: int16,
    apis: t.array(struct({ key: int16, min: int16, max: int16 })),
    throttleMs: since(1, throttleMs),
  }),
  answer: () => ({
    error: NONE,
    apis: [...apis.values()].map(advertise),
  }),
})

/** All supported requests. */
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

/** In flexible versions, tagged fields follow. */
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
  const head = header.read(reader, t.unversioned)
  const clientId = head.clientId ?? ''
  const requested = apis.get(head.key)
  const isSupported =
    requested &&
    head.version >= requested.versions[0] &&
    head.version <= requested.versions[1]
  const encode = (value: unknown, version: t.Version) => {
    // Clients read this response before they know the versions.
    const isFlexible = version.isFlexible && requested !== apiVersions
    const parts = [
      int32.write(head.correlationId, version),
      t.taggedFields.write(undefined, { ...version, isFlexible }),
      requested?.response.write(value, version) ?? Buffer.alloc(0),
    ]
    const body = Buffer.concat(parts)
    return Buffer.concat([int32.write(body.length, version), body])
  }
  if (!requested || !isSupported) {
    if (requested !== apiVersions) {
      const reason = explain(head, requested)
      state.refusals.print(clientId, reason)
      throw new MalformedError(reason)
    }
    const refusal = {
      error: UNSUPPORTED_VERSION,
      apis: [advertise(apiVersions)],
    }
    return encode(refusal, t.unversioned)
  }
  const version = versionOf(requested, head.version)
  t.taggedFields.read(reader, version)
  const request = requested.request.read(reader, version)
  const context = { clientId, version: head.version }
  const response = await requested.answer(request, state, context)
  return response && encode(response, version)
}

/** Says which request is not supported, and which versions are. */
function explain({ key, version }: t.ValueOf<typeof header>, known?: Api) {
  const supported = known
    ? `Supported: v${known.versions.join(' to v')}.`
    : 'See the list in dev-broker/README.md.'
  return `${nameOf(key)} v${version} is not supported. ${supported}`
}
