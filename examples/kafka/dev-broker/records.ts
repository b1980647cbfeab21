import type { Batch } from './batches.ts'
import { decoders } from './compression.ts'
import { INVALID_RECORD, RefusedError, UNKNOWN_SERVER_ERROR } from './errors.ts'

/** What the broker needs of a record. */
export interface RecordFields {
  /** In ms. -1 means none. */
  timestamp: bigint
  offsetDelta: number
}

/**
 * Reads the records of a batch and checks their structure as Kafka does: it
 * compares the length of a record with its fields only if the batch is not
 * compressed.
 *
 * @throws RefusedError for other bytes
 */
export function* readRecords(batch: Batch): Generator<RecordFields> {
  const { codec } = batch
  const source = new Source(decompress(batch))
  const varintError = codec === 0 ? UNKNOWN_SERVER_ERROR : INVALID_RECORD
  for (let index = 0; index < batch.count; index++) {
    const length = source.varint(varintError)
    const start = source.position
    source.skip(1) // Attributes of the record, which Kafka does not use yet.
    const timestamp = BigInt.asIntN(64, batch.baseTimestamp + source.varlong())
    const offsetDelta = source.varint()
    source.skip(source.varint()) // The key.
    source.skip(source.varint()) // The value.
    const headers = source.varint()
    if (headers < 0) throw invalid('a negative number of headers')
    for (let header = 0; header < headers; header++) {
      const nameLength = source.varint()
      if (nameLength < 0) throw invalid('a header without a name')
      source.skip(nameLength)
      source.skip(source.varint())
    }
    if (codec === 0 && source.position - start !== length) {
      throw invalid('a record with another length than it says')
    }
    yield { timestamp, offsetDelta }
  }
  if (!source.isAtEnd()) throw invalid('bytes after the last record')
}

/** @throws RefusedError when the bytes cannot be decompressed */
function* decompress({ codec, records }: Batch): Generator<Buffer> {
  try {
    yield* decoders[codec]?.(records) ?? []
  } catch (error) {
    throw new RefusedError(
      UNKNOWN_SERVER_ERROR,
      `Failed to decompress: ${error}`,
    )
  }
}

const invalid = (what: string) =>
  new RefusedError(INVALID_RECORD, `The batch has ${what}.`)

/** Reads bytes that arrive in chunks. */
class Source {
  readonly #chunks: Iterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  position = 0

  constructor(chunks: Iterable<Buffer>) {
    this.#chunks = chunks[Symbol.iterator]()
  }

  /** Whether there are no more bytes. Asks for the next chunk if needed. */
  isAtEnd(): boolean {
    while (this.#at === this.#chunk.length) {
      const { done, value } = this.#chunks.next()
      if (done) return true
      this.#chunk = value
      this.#at = 0
    }
    return false
  }

  skip(length: number): void {
    for (let left = length; left > 0;) {
      if (this.isAtEnd()) throw invalid('fewer bytes than its records take')
      const step = Math.min(left, this.#chunk.length - this.#at)
      this.#at += step
      this.position += step
      left -= step
    }
  }

  #byte(): number {
    this.skip(1)
    return this.#chunk[this.#at - 1] as number
  }

  /** Reads a zigzag varint of 32 bits. A longer one has the error code. */
  varint(error = INVALID_RECORD): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 127) << shift
      if (byte < 128) return (value >>> 1) ^ -(value & 1)
    }
    throw new RefusedError(
      error,
      'The batch has a varint of more than 5 bytes.',
    )
  }

  /** Reads a zigzag varint of 64 bits. */
  varlong(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) {
        const zigzag = BigInt.asUintN(64, value)
        return (zigzag >> 1n) ^ -(zigzag & 1n)
      }
    }
    throw invalid('a varint of more than 10 bytes')
  }
}
