import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { versionOf, type Api } from '../../../examples/kafka/dev-broker/api.ts'
import * as t from '../../../examples/kafka/dev-broker/codec.ts'
import { readFrames } from '../../../examples/kafka/dev-broker/frames.ts'
import { encodeFrame } from '../dev-broker/recorder.ts'

const header = t.struct({
  key: t.int16,
  version: t.int16,
  correlationId: t.int32,
  clientId: t.nullableString,
})
export type Header = t.ValueOf<typeof header>

export function readHeader(request: Buffer): Header {
  return header.read(new t.Reader(request), t.unversioned)
}

/** A connection to a broker. Responses arrive in the order of the requests. */
export class Wire implements Disposable {
  readonly #socket: Socket
  readonly #pending: ((response: Buffer | 'closed') => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    const read = async () => {
      for await (const frame of readFrames(socket, 2 ** 24)) this.#pending.shift()?.(frame)
    }
    void read()
      .catch(() => {
        // The broker may close the connection with a reset.
      })
      .then(() => this.#pending.splice(0).forEach((answer) => answer('closed')))
  }

  static async connect(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Wire(socket)
  }

  /** Resolves with the response without its length, or `closed` if the broker closes the connection. */
  send(request: Buffer): Promise<Buffer | 'closed'> {
    const { promise, resolve } = Promise.withResolvers<Buffer | 'closed'>()
    if (this.#socket.destroyed || this.#socket.readableEnded) resolve('closed')
    else {
      this.#pending.push(resolve)
      this.#socket.write(encodeFrame(request))
    }
    return promise
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

/** Encodes a request with its header. */
export function encodeRequest<Request>(
  api: Api<Request>,
  version: number,
  request: Request,
): Buffer {
  const clientId = 'differential'
  const at = versionOf(api, version)
  return Buffer.concat([
    header.write({ key: api.key, version, correlationId: 1, clientId }, t.unversioned),
    t.taggedFields.write(undefined, at),
    api.request.write(request, at),
  ])
}

/** Decodes a response. @throws Error when bytes are missing or left over */
export function decodeResponse<Response>(
  api: Api<unknown, Response>,
  version: number,
  response: Buffer,
): Response {
  const at = versionOf(api, version)
  const reader = new t.Reader(response.subarray(4))
  // ApiVersions has the old header in all versions.
  if (api.key !== 18) t.taggedFields.read(reader, at)
  const value = api.response.read(reader, at)
  if (reader.left > 0)
    throw new Error(`A response to request ${api.key} has ${reader.left} extra bytes`)
  return value
}
