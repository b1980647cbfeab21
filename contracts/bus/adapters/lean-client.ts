/**
 * A client of the lean bus for what its port cannot do, after `examples/lean-bus/PROTOCOL.md` and not after its code: what
 * is checked does not answer for itself. A connection per request, so that a broker may be restarted between any two.
 */
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** Opens a stream to the broker. */
export type Open = () => Promise<Duplex>

const types = { hello: 1, stat: 6, create: 7, ok: 0x80, error: 0xff }
const greeting = Buffer.from('LBUS\0\x01')

/** The code of an ERROR by which a broker that is closing says so. */
const shuttingDown = 14
/** For how long a broker may be away, in milliseconds. */
const restartLimit = 20_000

/** Makes a topic unless it is there. @throws Error with the broker's message when it refuses */
export async function createTopic(open: Open, topic: string): Promise<void> {
  await ask(open, types.create, text(topic))
}

/** The offset of the first record that the group has not done; 0 when it has committed nothing. */
export async function committedOffset(
  open: Open,
  { topic, group }: { readonly topic: string; readonly group: string },
): Promise<bigint> {
  const stat = await ask(open, types.stat, text(topic), text(group))
  // After the first and the last offset of the topic.
  return stat.readBigUInt64BE(16)
}

/** Asks until a broker answers. */
async function ask(open: Open, type: number, ...fields: Buffer[]): Promise<Buffer> {
  for (const end = Date.now() + restartLimit; ;) {
    try {
      return await askOnce(await open(), type, ...fields)
    } catch (error) {
      if (error instanceof Refusal || Date.now() > end) throw error
      await delay(100)
    }
  }
}

class Refusal extends Error {}

/** Greets, asks, and closes the connection. */
async function askOnce(stream: Duplex, type: number, ...fields: Buffer[]): Promise<Buffer> {
  try {
    stream.write(frame(types.hello, 1, greeting))
    stream.write(frame(type, 2, ...fields))
    let bytes = Buffer.alloc(0)
    for await (const chunk of stream) {
      bytes = Buffer.concat([bytes, chunk as Buffer])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
        const size = 4 + bytes.readUInt32BE()
        const [answer, correlation] = [bytes.readUInt8(4), bytes.readUInt32BE(5)]
        const payload = bytes.subarray(9, size)
        if (answer === types.error) throw refusal(payload)
        if (correlation === 2) return payload
        bytes = bytes.subarray(size)
      }
    }
    throw new Error('the broker has ended the connection')
  } finally {
    stream.destroy()
  }
}

function refusal(payload: Buffer): Error {
  const message = payload.toString('utf8', 2)
  return payload.readUInt16BE() === shuttingDown ? new Error(message) : new Refusal(message)
}

function frame(type: number, correlation: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32BE(5 + parts.reduce((sum, { length }) => sum + length, 0))
  head.writeUInt8(type, 4)
  head.writeUInt32BE(correlation, 5)
  return Buffer.concat([head, ...parts])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}
