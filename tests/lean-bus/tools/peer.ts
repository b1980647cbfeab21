import type { Duplex } from 'node:stream'
import { errorCodes, type ErrorCode } from '../../../examples/lean-bus/src/protocol/errors.ts'
import { encodeBatch } from '../../../examples/lean-bus/src/protocol/format.ts'
import {
  encodeFrame,
  createFrameReader,
  magic,
  text,
  types,
  u16,
  u32,
  version,
  type Frame,
} from '../../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../../examples/lean-bus/src/protocol/limits.ts'
import { encodeRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { createCondition } from './condition.ts'

export type Peer = ReturnType<typeof createPeer>

/** Wraps the client end of a connection to a broker. It can send any bytes. */
export function createPeer<Stream extends Duplex>(stream: Stream) {
  const reader = createFrameReader(() => limits.frame)
  const frames: Frame[] = []
  const answers = new Map<number, Frame>()
  const { notify, waitFor } = createCondition()
  let hasEnded = false
  const end = () => {
    hasEnded = true
    notify()
  }
  stream.on('data', (chunk: Buffer) => {
    for (const frame of reader.push(chunk)) {
      frames.push(frame)
      if (frame.type >= types.OK) answers.set(frame.correlation, frame)
    }
    notify()
  })
  stream.on('end', end)
  stream.on('close', end)
  // The broker may close a connection that the peer still writes to.
  stream.on('error', end)
  return {
    stream,
    /** The frames that the broker has sent so far. */
    frames: frames as readonly Frame[],
    /** Whether the broker has closed the connection. */
    hasEnded: () => hasEnded,
    write(bytes: Uint8Array): void {
      if (stream.writable) stream.write(bytes)
    },
    /** Waits for the answer with this correlation. */
    async answered(correlation: number) {
      await waitFor(() => answers.has(correlation), `the answer to request ${correlation}`)
      return answers.get(correlation) as Frame
    },
    /** Resolves when the predicate is true. Checks it after each chunk, and when the connection closes. */
    waitFor,
    /** Resolves when the broker has closed the connection. */
    ended: () => waitFor(() => hasEnded, 'the end of the connection'),
  }
}

export const frame = (...parts: Parameters<typeof encodeFrame>): Buffer =>
  Buffer.concat(encodeFrame(...parts))

/** The first frame of every peer. Its answer has the correlation 1. */
export const hello: Buffer = frame(types.HELLO, 1, u32(magic), u16(version))

/** A batch of one record. */
export const batchOf = (key: string, bytes: number): Buffer =>
  encodeBatch([encodeRecord({ key, value: Buffer.alloc(bytes) })])

/** A frame that publishes one record to `orders`. */
export const produce = (correlation: number, key: string, bytes: number): Buffer =>
  frame(types.PRODUCE, correlation, text('orders'), batchOf(key, bytes))

/** Reads the code of an error frame. Returns `OK` for other answers. */
export function readCode(answer: Frame | undefined): ErrorCode | 'OK' | undefined {
  if (!answer) return undefined
  if (answer.type !== types.ERROR) return 'OK'
  const number = answer.payload.readUInt16BE()
  return (Object.keys(errorCodes) as ErrorCode[]).find((code) => errorCodes[code] === number)
}
