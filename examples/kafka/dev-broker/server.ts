import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { MalformedError, readFrames } from './frames.ts'
import type { State } from './api.ts'
import { Groups } from './groups.ts'
import { respond } from './requests.ts'
import { Topics } from './topics.ts'

export interface BrokerOptions {
  /** 0 for any that is free. */
  port: number
  /** Where it listens, and what it tells clients; 127.0.0.1 by default. */
  host?: string
  /** The shortest lease a member may ask for; 6,000 ms as in Kafka. */
  minSessionTimeoutMs?: number
  /** What each partition keeps, in bytes; 16 MiB by default. */
  retentionBytes?: number
  /** The largest batch, in bytes; 1,048,588 as in Kafka. */
  maxMessageBytes?: number
}

export interface Broker {
  port: number
  /** Ends all connections; what was in memory is gone. */
  close(): Promise<void>
}

/** In bytes; larger ones end the connection. Kafka takes up to 100 MiB. */
const maxFrameBytes = 16 * 1_024 * 1_024

/**
 * Starts a stand-in for Kafka, for development only: it speaks Kafka's wire
 * protocol and keeps everything in memory. Rejects if it cannot listen.
 */
export async function startDevBroker(options: BrokerOptions): Promise<Broker> {
  const { host = '127.0.0.1', minSessionTimeoutMs = 6_000 } = options
  const { retentionBytes = 16_777_216, maxMessageBytes = 1_048_588 } = options

  const server = createServer({ noDelay: true })
  await once(server.listen(options.port, host), 'listening')
  const { port } = server.address() as AddressInfo
  const state: State = {
    topics: new Topics({ retentionBytes, maxMessageBytes }),
    groups: new Groups(),
    minSessionTimeoutMs,
    host,
    port,
    nextProducerId: 0n,
  }

  /** One request after the other: so are the answers in their order. */
  async function* answers(source: Socket) {
    for await (const frame of readFrames(source, maxFrameBytes)) {
      try {
        const response = await respond(frame, state)
        if (response) yield response
      } catch (error) {
        if (!(error instanceof MalformedError)) console.error(error)
        throw error
      }
    }
  }

  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    pipeline(socket, answers, socket).catch(() => socket.destroy())
  })

  return {
    port,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
