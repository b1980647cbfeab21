import type { Writable } from 'node:stream'
import { BusError, errorCodes, type ErrorCode } from './errors.ts'

/** Requests have numbers below 0x40, what the broker says by itself from there. */
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

/** With which a greeting begins: LBUS. */
export const magic = 0x4c425553
export const version = 1

export interface Frame {
  type: number
  /** Binds an answer to its request; of a delivery, the subscription. */
  correlation: number
  payload: Buffer
}

const sizeBytes = 4
const frameHeaderBytes = 5

/** A frame whose payload consists of these parts, in pieces to be written. */
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

/** From so many bytes on a frame goes out at once. */
const largeBytes = 64 * 1024

/**
 * Writes a frame. Small frames of one turn of the event loop go out together;
 * a large one does not wait for what else is made ready in this turn.
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

/** Finds the frames in a stream of bytes that is cut anywhere. */
export class FrameReader {
  /** The largest size of a frame, without its first four bytes. */
  limit: number
  /** Bytes that are kept until their frame is whole. */
  buffered = 0
  #chunks: Buffer[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  /**
   * Takes the next bytes and gives the frames that they complete. What is kept
   * is less than one frame and the chunk that was handed in.
   *
   * @throws BusError FRAME_TOO_LARGE or BAD_FRAME as soon as the size is known;
   *   the stream cannot be read on after that
   */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    this.#chunks.push(chunk)
    this.buffered += chunk.length
    // Each costs more than the byte that may be all that is in it.
    if (this.#chunks.length > 1000) this.#chunks = [Buffer.concat(this.#chunks)]
    for (;;) {
      const head = this.#peek(sizeBytes)
      if (!head) return
      const size = head.readUInt32BE(0)
      if (size > this.limit) {
        throw new BusError('FRAME_TOO_LARGE', `${size} bytes in one frame`)
      }
      if (size < frameHeaderBytes) {
        throw new BusError('BAD_FRAME', `a frame of ${size} bytes`)
      }
      const bytes = this.#peek(sizeBytes + size)
      if (!bytes) return
      this.#drop(bytes.length)
      yield {
        type: bytes[4]!,
        correlation: bytes.readUInt32BE(5),
        payload: bytes.subarray(sizeBytes + frameHeaderBytes),
      }
    }
  }

  /** The next bytes, once they are all there; chunks are joined only then. */
  #peek(length: number) {
    if (this.buffered < length) return undefined
    if (this.#chunks[0]!.length < length) {
      this.#chunks = [Buffer.concat(this.#chunks)]
    }
    return this.#chunks[0]!.subarray(0, length)
  }

  #drop(length: number) {
    this.buffered -= length
    const rest = this.#chunks[0]!.subarray(length)
    if (rest.length) this.#chunks[0] = rest
    else this.#chunks.shift()
  }
}

/** Reads the fields of a payload. Each throws BusError BAD_FRAME at its end. */
export class Fields {
  #payload: Buffer
  #at = 0

  constructor(payload: Buffer) {
    this.#payload = payload
  }

  u8 = () => this.#take(1).readUInt8()
  u16 = () => this.#take(2).readUInt16BE()
  u32 = () => this.#take(4).readUInt32BE()
  u64 = () => this.#take(8).readBigUInt64BE()
  text = () => this.#take(this.u8()).toString()
  rest = () => this.#take(this.#payload.length - this.#at)

  /** Refuses what is left. */
  end() {
    if (this.#at === this.#payload.length) return
    throw new BusError('BAD_FRAME', 'bytes are left after the last field')
  }

  #take(length: number) {
    this.#at += length
    if (this.#at <= this.#payload.length) {
      return this.#payload.subarray(this.#at - length, this.#at)
    }
    throw new BusError('BAD_FRAME', 'a frame that ends within a field')
  }
}

export const u8 = (value: number) => Buffer.of(value)

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

/** @throws BusError BAD_NAME for a text over 255 bytes */
export function text(value: string) {
  const bytes = Buffer.from(value)
  if (bytes.length <= 255) return Buffer.concat([u8(bytes.length), bytes])
  throw new BusError('BAD_NAME', `a name of ${bytes.length} bytes`)
}

/** The payload of an ERROR. */
export function encodeError({ code, message }: BusError) {
  return [u16(errorCodes[code]), Buffer.from(message)]
}

export function readError(fields: Fields) {
  const number = fields.u16()
  const codes = Object.keys(errorCodes) as ErrorCode[]
  const code = codes.find((code) => errorCodes[code] === number)
  return new BusError(code ?? 'INTERNAL', fields.rest().toString())
}
