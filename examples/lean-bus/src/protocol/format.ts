import { crc32c } from './crc.ts'
import { BusError } from './errors.ts'
import { limits } from './limits.ts'
import { checkRecords, decodeRecords, minRecordBytes } from './records.ts'

export const headerBytes = 64
const batchMagic = 1

/** The header of a batch as in PROTOCOL.md, without its two checksums. */
export interface Header {
  /** In bytes, header included. */
  length: number
  baseOffset: bigint
  /** End of the synced log when the broker wrote this batch. */
  durable: bigint
  timeMs: bigint
  count: number
  /** 0: not idempotent. */
  producerId: bigint
  firstSeq: number
}

/**
 * Encodes one batch of encoded records. The broker's fields are still 0.
 *
 * @throws BusError RECORD_TOO_LARGE for a batch over `limits.batch`
 */
export function encodeBatch(
  records: readonly Buffer[],
  { producerId = 0n, firstSeq = 0 } = {},
) {
  const batch = Buffer.concat([Buffer.alloc(headerBytes), ...records])
  if (batch.length > limits.batch) {
    throw new BusError(
      'RECORD_TOO_LARGE',
      `a batch of ${batch.length} bytes, at most ${limits.batch}`,
    )
  }
  batch.writeUInt32BE(batch.length, 4)
  batch[32] = batchMagic
  batch.writeUInt32BE(records.length, 36)
  batch.writeBigUInt64BE(producerId, 40)
  batch.writeUInt32BE(firstSeq, 48)
  batch.writeUInt32BE(crc32c(batch, headerBytes), 52)
  return stamp(batch, { baseOffset: 0n, durable: 0n, timeMs: 0n })
}

/** Writes the broker's fields into a batch. The body and its CRC don't change. */
export function stamp(
  batch: Buffer,
  fields: Pick<Header, 'baseOffset' | 'durable' | 'timeMs'>,
) {
  batch.writeBigUInt64BE(fields.baseOffset, 8)
  batch.writeBigUInt64BE(fields.durable, 16)
  batch.writeBigUInt64BE(fields.timeMs, 24)
  batch.writeUInt32BE(crc32c(batch, 4, headerBytes), 0)
  return batch
}

/** Reads the header at `at`. `undefined` if it isn't intact. */
export function readHeader(bytes: Buffer, at = 0): Header | undefined {
  if (bytes.length - at < headerBytes) return undefined
  // Magic, flags and reserved bytes first: a search then computes few CRCs.
  if (bytes.readUInt32BE(at + 32) !== batchMagic << 24) return undefined
  const length = bytes.readUInt32BE(at + 4)
  const count = bytes.readUInt32BE(at + 36)
  const minLength = headerBytes + count * minRecordBytes
  if (count === 0 || length < minLength || length > limits.batch)
    return undefined
  if (bytes.readBigUInt64BE(at + 56) !== 0n) return undefined
  const crc = crc32c(bytes, at + 4, at + headerBytes)
  if (bytes.readUInt32BE(at) !== crc) return undefined
  return {
    length,
    baseOffset: bytes.readBigUInt64BE(at + 8),
    durable: bytes.readBigUInt64BE(at + 16),
    timeMs: bytes.readBigUInt64BE(at + 24),
    count,
    producerId: bytes.readBigUInt64BE(at + 40),
    firstSeq: bytes.readUInt32BE(at + 48),
  }
}

/** Whether the body of the batch at `at` is complete and unchanged. */
export function isBodyIntact(bytes: Buffer, at: number, { length }: Header) {
  if (bytes.length - at < length) return false
  const crc = crc32c(bytes, at + headerBytes, at + length)
  return bytes.readUInt32BE(at + 52) === crc
}

/** Yields batches from the start of these bytes until one isn't intact. */
export function* batchesIn(bytes: Buffer) {
  for (let at = 0; at < bytes.length;) {
    const header = readHeader(bytes, at)
    if (!header || !isBodyIntact(bytes, at, header)) return
    yield { header, at, batch: bytes.subarray(at, at + header.length) }
    at += header.length
  }
}

/**
 * Checks every byte of a batch.
 *
 * @throws BusError BAD_BATCH when the header does not describe these bytes or
 *   the records do not fill the batch; BAD_CRC when the body has changed
 */
export function checkBatch(batch: Buffer): Header {
  const header = readHeader(batch)
  if (header?.length !== batch.length) {
    throw new BusError('BAD_BATCH', 'the header does not describe these bytes')
  }
  if (!isBodyIntact(batch, 0, header)) {
    throw new BusError('BAD_CRC', 'the body does not match its CRC')
  }
  checkRecords(batch.subarray(headerBytes), header.count)
  return header
}

/** Decodes the records of a checked batch. Values are views of its memory. */
export function recordsIn(batch: Buffer) {
  return decodeRecords(batch.subarray(headerBytes))
}
