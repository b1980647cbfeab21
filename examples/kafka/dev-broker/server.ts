import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { MalformedError, readFrames } from './frames.ts'
import type { State } from './api.ts'
import { Groups } from './groups.ts'
import { Refusals } from './refusals.ts'
import { respond } from './requests.ts'
import { Topics } from './topics.ts'

export interface DevBrokerOptions {
  /** 0 means any free port. */
  port: number
  /** Address to listen on and to advertise. Default: 127.0.0.1. */
  host?: string
  /** Shortest session timeout of a member. Default: 6,000 ms, as in Kafka. */
  minSessionTimeoutMs?: number
  /** Size limit of each partition, in bytes. Default: 16 MiB. */
  retentionBytes?: number
  /** Largest batch, in bytes. Default: 1,048,588, as in Kafka. */
  maxMessageBytes?: number
}

export interface DevBroker {
  port: number
  /** Closes all connections and drops all data. */
  close(): Promise<void>
}

/** A larger request closes the connection. In bytes; Kafka accepts 100 MiB. */
const maxFrameBytes = 16 * 1_024 * 1_024

/**
 * Starts a stand-in for Kafka, for development only. It speaks Kafka's wire
 * protocol and keeps everything in memory. Rejects if it cannot listen.
 */
export async function startDevBroker(
  options: DevBrokerOptions,
): Promise<DevBroker> {
  const { host = '127.0.0.1', minSessionTimeoutMs = 6_000 } = options
  const { retentionBytes = 16_777_216, maxMessageBytes = 1_048_588 } = options

  const server = createServer({ noDelay: true })
  await once(server.listen(options.port, host), 'listening')
  const { port } = server.address() as AddressInfo
  const state: State = {
    topics: new Topics({ retentionBytes, maxMessageBytes }),
    groups: new Groups(),
    refusals: new Refusals(),
    minSessionTimeoutMs,
    host,
    port,
    nextProducerId: 0n,
  }

  /** Answers one request at a time, so the answers are in order. */
  async function* answerRequests(source: Socket) {
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
    pipeline(socket, answerRequests, socket).catch(() => socket.destroy())
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
