/**
 * A client for the requests of the lean bus that its port leaves out. It follows `examples/lean-bus/PROTOCOL.md` and not the
 * code of the example, so that the example doesn't check itself. Each request has its own connection, so the broker may
 * restart between two requests.
 */
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { BusAdmin } from '../target.ts'

/** Opens a stream to the broker. */
export type OpenStream = () => Promise<Duplex>

const types = { hello: 1, stat: 6, create: 7, error: 0xff }
/** Magic bytes and version in the payload of HELLO. */
const magic = Buffer.from('LBUS\0\x01')

/** The ERROR code of a broker that is shutting down. */
const shuttingDown = 14
/** How long to wait for a broker that restarts, in ms. */
const restartTimeout = 20_000

export function createLeanAdmin(open: OpenStream): BusAdmin {
  return {
    async createTopic(topic) {
      await request(open, types.create, encodeText(topic))
    },
    async committed(group, topic) {
      const stat = await request(open, types.stat, encodeText(topic), encodeText(group))
      // The first and the last offset of the topic come before it.
      return new Map([[0, stat.readBigUInt64BE(16)]])
    },
  }
}

/** Repeats a request until a broker answers. */
async function request(open: OpenStream, type: number, ...fields: Buffer[]): Promise<Buffer> {
  for (const deadline = Date.now() + restartTimeout; ;) {
    try {
      return await requestOnce(await open(), type, ...fields)
    } catch (error) {
      if (error instanceof RejectedError || Date.now() > deadline) throw error
      await delay(100)
    }
  }
}

class RejectedError extends Error {}

/** Sends HELLO and the request, returns the payload of the answer, and closes the connection. */
async function requestOnce(stream: Duplex, type: number, ...fields: Buffer[]): Promise<Buffer> {
  try {
    stream.write(encodeFrame(types.hello, 1, magic))
    stream.write(encodeFrame(type, 2, ...fields))
    let bytes = Buffer.alloc(0)
    for await (const chunk of stream) {
      bytes = Buffer.concat([bytes, chunk as Buffer])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
        const size = 4 + bytes.readUInt32BE()
        const [answerType, correlation] = [bytes.readUInt8(4), bytes.readUInt32BE(5)]
        const payload = bytes.subarray(9, size)
        if (answerType === types.error) throw parseError(payload)
        if (correlation === 2) return payload
        bytes = bytes.subarray(size)
      }
    }
    throw new Error('The broker closed the connection.')
  } finally {
    stream.destroy()
  }
}

function parseError(payload: Buffer): Error {
  const message = payload.toString('utf8', 2)
  return payload.readUInt16BE() === shuttingDown ? new Error(message) : new RejectedError(message)
}

function encodeFrame(type: number, correlation: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32BE(5 + parts.reduce((sum, { length }) => sum + length, 0))
  head.writeUInt8(type, 4)
  head.writeUInt32BE(correlation, 5)
  return Buffer.concat([head, ...parts])
}

function encodeText(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}
