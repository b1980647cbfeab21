/** Error codes as they go over the wire. */
export const errorCodes = {
  BAD_FRAME: 1,
  BAD_VERSION: 2,
  FRAME_TOO_LARGE: 3,
  BAD_CRC: 4,
  BAD_BATCH: 5,
  UNKNOWN_LOG: 6,
  OUT_OF_ORDER_SEQ: 7,
  OFFSET_RANGE: 8,
  FENCED: 9,
  NOT_ACTIVE: 10,
  OVERLOADED: 11,
  STORAGE: 12,
  RECORD_TOO_LARGE: 13,
  SHUTTING_DOWN: 14,
  INTERNAL: 15,
} as const

export type ErrorCode = keyof typeof errorCodes

/** An error that has a code in PROTOCOL.md. */
export class BusError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface Frame {
  type: number
  /** Binds an answer to its request; the subscription for a delivery. */
  correlation: number
  payload: Buffer
}

/** A batch of 4 MiB and what names its log. */
export const maxFrameBytes = 4 * 1024 * 1024 + 1024
const sizeBytes = 4
const frameHeaderBytes = 5

/** A frame whose payload consists of these parts. */
export function encodeFrame(
  type: number,
  correlation: number,
  ...parts: Uint8Array[]
) {
  const head = Buffer.alloc(sizeBytes + frameHeaderBytes)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  head.writeUInt32BE(frameHeaderBytes + length, 0)
  head[4] = type
  head.writeUInt32BE(correlation, 5)
  return Buffer.concat([head, ...parts])
}

/** Finds the frames in a stream of bytes that is cut anywhere. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0;

  /**
   * Takes the next bytes and gives the frames that they complete. What is kept
   * is less than one frame and the chunk that was handed in.
   *
   * @throws BusError FRAME_TOO_LARGE or BAD_FRAME as soon as the length is
   *   known; the stream cannot be read on after that
   */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    for (;;) {
      const head = this.#peek(sizeBytes)
      if (!head) return
      const size = head.readUInt32BE(0)
      if (size > maxFrameBytes) {
        throw new BusError('FRAME_TOO_LARGE', `a frame of ${size} bytes`)
      }
      if (size < frameHeaderBytes) {
        throw new BusError('BAD_FRAME', `a frame of ${size} bytes`)
      }
      const bytes = this.#peek(sizeBytes + size)
      if (!bytes) return
      this.#drop(bytes.length)
      yield {
        type: bytes[4],
        correlation: bytes.readUInt32BE(5),
        payload: bytes.subarray(sizeBytes + frameHeaderBytes),
      }
    }
  }

  /** The next bytes, once they are all there; chunks are joined only then. */
  #peek(length: number) {
    if (this.#length < length) return undefined
    if (this.#chunks[0].length < length) {
      this.#chunks = [Buffer.concat(this.#chunks)]
    }
    return this.#chunks[0].subarray(0, length)
  }

  #drop(length: number) {
    this.#length -= length
    const rest = this.#chunks[0].subarray(length)
    if (rest.length) this.#chunks[0] = rest
    else this.#chunks.shift()
  }
}
