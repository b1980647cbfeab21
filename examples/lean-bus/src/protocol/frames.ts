import type { Writable } from 'node:stream'
import { BusError, errorCodes, type ErrorCode } from './errors.ts'

/** Frame types. Requests are below 0x40, what the broker sends from 0x40 on. */
export const types = {
  HELLO: 1,
  PRODUCE: 2,
  SUBSCRIBE: 3,
  CREDIT: 4,
  COMMIT: 5,
  STAT: 6,
  CREATE: 7,
  PING: 8,
  UNSUBSCRIBE: 9,
  READ: 10,
  DELIVER: 0x40,
  ACTIVE: 0x41,
  OK: 0x80,
  ERROR: 0xff,
} as const

/** The first field of HELLO: "LBUS". */
export const magic = 0x4c425553
export const version = 1

export interface Frame {
  type: number
  /** Connects an answer to its request, and a delivery to its subscription. */
  correlation: number
  payload: Buffer
}

const sizeBytes = 4
const frameHeaderBytes = 5

/** Encodes a frame as pieces to write, without a copy of the payload. */
export function encodeFrame(
  type: number,
  correlation: number,
  ...parts: Uint8Array[]
): [head: Buffer, ...parts: Uint8Array[]] {
  const head = Buffer.allocUnsafe(sizeBytes + frameHeaderBytes)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  head.writeUInt32BE(frameHeaderBytes + length, 0)
  head[4] = type
  head.writeUInt32BE(correlation, 5)
  return [head, ...parts]
}

/** Output of at least this size is sent immediately. */
const largeBytes = 64 * 1024

/**
 * Writes a frame. Small frames of one turn of the event loop are sent together.
 * A large one does not wait for other frames of the same turn.
 */
export function writeFrame(
  stream: Writable,
  ...frame: Parameters<typeof encodeFrame>
) {
  stream.cork()
  for (const part of encodeFrame(...frame)) stream.write(part)
  if (stream.writableLength < largeBytes) {
    process.nextTick(() => stream.uncork())
  } else {
    while (stream.writableCorked > 0) stream.uncork()
  }
}

/**
 * Finds the frames in a stream of bytes that arrives in chunks of any size.
 *
 * @param limit the largest size of a frame, without its first four bytes
 */
export function createFrameReader(limit: () => number) {
  let chunks: Buffer[] = []
  let buffered = 0

  /** The next bytes if all have arrived. Only then are chunks joined. */
  function peek(length: number) {
    if (buffered < length) return undefined
    if (chunks[0]!.length < length) chunks = [Buffer.concat(chunks)]
    return chunks[0]!.subarray(0, length)
  }

  function drop(length: number) {
    buffered -= length
    const rest = chunks[0]!.subarray(length)
    if (rest.length) chunks[0] = rest
    else chunks.shift()
  }

  return {
    /** The bytes that wait for the rest of their frame. */
    buffered: () => buffered,
    /**
     * Takes the next chunk and yields the frames that it completes. Buffers
     * less than one frame and this chunk.
     *
     * @throws BusError FRAME_TOO_LARGE or BAD_FRAME as soon as the size of a
     *   frame is known; the reader can't be used after that
     */
    *push(chunk: Buffer): Generator<Frame, void, undefined> {
      chunks.push(chunk)
      buffered += chunk.length
      // A chunk of one byte takes far more memory than that byte.
      if (chunks.length > 1000) chunks = [Buffer.concat(chunks)]
      for (;;) {
        const head = peek(sizeBytes)
        if (!head) return
        const size = head.readUInt32BE(0)
        if (size > limit()) {
          throw new BusError('FRAME_TOO_LARGE', `a frame of ${size} bytes`)
        }
        if (size < frameHeaderBytes) {
          throw new BusError('BAD_FRAME', `a frame of ${size} bytes`)
        }
        const bytes = peek(sizeBytes + size)
        if (!bytes) return
        drop(bytes.length)
        yield {
          type: bytes[4]!,
          correlation: bytes.readUInt32BE(5),
          payload: bytes.subarray(sizeBytes + frameHeaderBytes),
        }
      }
    },
  }
}

export type FieldReader = ReturnType<typeof createFieldReader>

/** Reads a payload field by field. @throws BusError BAD_FRAME past its end */
export function createFieldReader(payload: Buffer) {
  let at = 0

  function take(length: number) {
    at += length
    if (at <= payload.length) return payload.subarray(at - length, at)
    throw new BusError('BAD_FRAME', 'the frame ends within a field')
  }

  return {
    u16: () => take(2).readUInt16BE(),
    u32: () => take(4).readUInt32BE(),
    u64: () => take(8).readBigUInt64BE(),
    text: () => take(take(1).readUInt8()).toString(),
    rest: () => take(payload.length - at),
    expectEnd() {
      if (at === payload.length) return
      throw new BusError('BAD_FRAME', 'the frame continues after its fields')
    },
  }
}

export function u16(value: number) {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number) {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function u64(value: bigint) {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** Encodes a text8. @throws BusError BAD_NAME for a text over 255 bytes */
export function text(value: string) {
  const bytes = Buffer.from(value)
  if (bytes.length <= 255)
    return Buffer.concat([Buffer.of(bytes.length), bytes])
  throw new BusError('BAD_NAME', `a name of ${bytes.length} bytes, at most 255`)
}

/** Encodes the payload of an ERROR frame. */
export function encodeError({ code, message }: BusError) {
  return [u16(errorCodes[code]), Buffer.from(message)]
}

export function decodeError(payload: Buffer) {
  const fields = createFieldReader(payload)
  const number = fields.u16()
  const codes = Object.keys(errorCodes) as ErrorCode[]
  const code = codes.find((name) => errorCodes[name] === number)
  return new BusError(code ?? 'INTERNAL', fields.rest().toString())
}
