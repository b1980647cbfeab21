import * as groups from './api-groups.ts'
import * as records from './api-records.ts'
import * as topics from './api-topics.ts'
import type { Api, State } from './api.ts'
import { NONE, UNSUPPORTED_VERSION } from './errors.ts'
import { MalformedError } from './frames.ts'
import { Reader, Writer } from './primitives.ts'

/**
 * ApiVersions v0-3. Version 3 is the only "flexible" one here (KIP-482), and
 * its response still has the old header (KIP-511).
 */
const apiVersions: Api = {
  key: 18,
  versions: [0, 3],
  answer({ version }, response) {
    const list = [...apis.values()]
    if (version < 3) {
      response.int16(NONE).array(list, (api) => advertise(response, api))
      if (version >= 1) response.int32(0)
    } else {
      response.int16(NONE).int8(list.length + 1)
      list.forEach((api) => advertise(response, api).int8(0))
      response.int32(0).int8(0)
    }
  },
}

/**
 * All that is understood. None but ApiVersions has a "flexible" version, and
 * clients take the highest one that both sides know. Kafka 4 still has all of
 * them (KIP-896).
 */
const apis = new Map(
  [
    ...Object.values(records),
    ...Object.values(topics),
    ...Object.values(groups),
    apiVersions,
  ].map((api) => [api.key, api]),
)

function advertise(response: Writer, { key, versions: [min, max] }: Api) {
  // librdkafka compresses only where Produce begins at 0, so Kafka says so too
  // (KAFKA-18659), and like here it does not understand 0-2.
  const least = key === records.produce.key ? 0 : min
  return response.int16(key).int16(least).int16(max)
}

/**
 * Answers one frame; undefined where the client wants no answer. Throws a
 * MalformedError for what Kafka closes the connection for: a request that it
 * does not know, or not in this version, or cannot read.
 */
export async function respond(
  frame: Buffer,
  clientHost: string,
  state: State,
): Promise<Buffer | undefined> {
  const body = new Reader(frame)
  const [key, version] = [body.int16(), body.int16()]
  const response = new Writer().int32(body.int32())
  const api = apis.get(key)
  if (!api) throw new MalformedError(`A request with key ${key}`)
  const [min, max] = api.versions
  if (version < min || version > max) {
    if (api !== apiVersions) {
      throw new MalformedError(`Version ${version} of request ${key}`)
    }
    response.int16(UNSUPPORTED_VERSION)
    return response.array([api], (it) => advertise(response, it)).frame()
  }
  const clientId = body.nullableString() ?? ''
  const request = { version, clientId, clientHost, body }
  const answered = await api.answer(request, response, state)
  return answered === false ? undefined : response.frame()
}
