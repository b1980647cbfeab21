import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { readFrames } from '../../../examples/kafka/dev-broker/frames.ts'

/** A request and what the broker answered, each without its length. */
export interface Exchange {
  /** The number of the connection, from 0. */
  readonly connection: number
  readonly request: Buffer
  response?: Buffer
}

/** What a client sent and was sent through a recorder. */
export interface Recording {
  /** Each exchange twice: when it was asked, and when it was answered. */
  readonly events: { readonly kind: 'asked' | 'answered'; readonly exchange: Exchange }[]
}

const limit = 2 ** 24

/** A length, then the bytes. */
export function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

/**
 * Runs a client with the address of a proxy in front of the broker at this port of 127.0.0.1, which it does not get
 * round: the broker's own address is replaced in what it answers.
 */
export async function record(
  brokerPort: number,
  run: (address: string) => Promise<void>,
): Promise<Recording> {
  const events: Recording['events'] = []
  let connections = 0
  const server = createServer((socket) => {
    const connection = connections++
    const broker = connect(brokerPort, '127.0.0.1')
    const open: Exchange[] = []
    for (const [one, other] of [
      [socket, broker],
      [broker, socket],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
    const ask = async () => {
      for await (const request of readFrames(socket, limit)) {
        const exchange: Exchange = { connection, request: Buffer.from(request) }
        open.push(exchange)
        events.push({ kind: 'asked', exchange })
        broker.write(framed(request))
      }
    }
    const answer = async () => {
      for await (const frame of readFrames(broker, limit)) {
        const exchange = open.shift()
        if (!exchange) throw new Error('An answer to nothing')
        exchange.response = Buffer.from(frame)
        events.push({ kind: 'answered', exchange })
        socket.write(framed(withPort(frame, brokerPort, port)))
      }
    }
    const ended = () => socket.destroy()
    ask().catch(ended)
    answer().catch(ended)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await run(`127.0.0.1:${port}`).finally(() => server.close())
  return { events }
}

function withPort(response: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1')
  const address = Buffer.concat([host, Buffer.alloc(4)])
  address.writeInt32BE(from, host.length)
  const changed = Buffer.from(response)
  const at = changed.indexOf(address)
  if (at >= 0) changed.writeInt32BE(to, at + host.length)
  return changed
}
