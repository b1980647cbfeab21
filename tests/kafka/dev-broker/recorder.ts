import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { readFrames } from '../../../examples/kafka/dev-broker/frames.ts'

/** A request and its response, each without the length. */
export interface Exchange {
  /** Index of the connection. */
  readonly connection: number
  readonly request: Buffer
  response?: Buffer
}

/** A request or a response of a client. Each exchange appears twice: when it was requested, and when it was answered. */
export interface RecordedEvent {
  readonly kind: 'requested' | 'answered'
  readonly exchange: Exchange
}

const limit = 2 ** 24

/** Puts the length before the bytes. */
export function encodeFrame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

/**
 * Runs a client through a proxy in front of the broker on this port of 127.0.0.1. The proxy replaces the broker's address
 * in each response, so the client never bypasses it.
 */
export async function record(
  brokerPort: number,
  run: (address: string) => Promise<void>,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  let connections = 0
  const server = createServer((socket) => {
    const connection = connections++
    const broker = connect(brokerPort, '127.0.0.1')
    const pending: Exchange[] = []
    for (const [one, other] of [
      [socket, broker],
      [broker, socket],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
    const forwardRequests = async () => {
      for await (const request of readFrames(socket, limit)) {
        const exchange: Exchange = { connection, request: Buffer.from(request) }
        pending.push(exchange)
        events.push({ kind: 'requested', exchange })
        broker.write(encodeFrame(request))
      }
    }
    const forwardResponses = async () => {
      for await (const frame of readFrames(broker, limit)) {
        const exchange = pending.shift()
        if (!exchange) throw new Error('The broker sent a response without a request')
        exchange.response = Buffer.from(frame)
        events.push({ kind: 'answered', exchange })
        socket.write(encodeFrame(withPort(frame, brokerPort, port)))
      }
    }
    const close = () => socket.destroy()
    forwardRequests().catch(close)
    forwardResponses().catch(close)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await run(`127.0.0.1:${port}`).finally(() => server.close())
  return events
}

function withPort(response: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1')
  const address = Buffer.concat([host, Buffer.alloc(4)])
  address.writeInt32BE(from, host.length)
  const copy = Buffer.from(response)
  const position = copy.indexOf(address)
  if (position >= 0) copy.writeInt32BE(to, position + host.length)
  return copy
}
