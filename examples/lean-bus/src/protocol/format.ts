import { crc32c } from './crc.ts'
import { BusError } from './errors.ts'
import { limits } from './limits.ts'
import { checkRecords, decodeRecords, leastRecord } from './records.ts'

export const headerBytes = 64
const magic = 1

/** The fields of PROTOCOL.md, without the two checksums. */
export interface Header {
  /** In bytes, with the header. */
  length: number
  baseOffset: bigint
  /** End of what was synced when the broker wrote this batch. */
  durable: bigint
  timeMs: bigint
  count: number
  /** 0 for a producer that does not ask for idempotence. */
  producerId: bigint
  firstSeq: number
}

/**
 * Makes one batch of encoded records; the broker's fields are still 0.
 *
 * @throws BusError RECORD_TOO_LARGE for a batch over `limits.batch`
 */
export function encodeBatch(
  records: readonly Buffer[],
  { producerId = 0n, firstSeq = 0 } = {},
) {
  const batch = Buffer.concat([Buffer.alloc(headerBytes), ...records])
  if (batch.length > limits.batch) {
    const detail = `${batch.length} bytes in one batch, at most ${limits.batch}`
    throw new BusError('RECORD_TOO_LARGE', detail)
  }
  batch.writeUInt32BE(batch.length, 4)
  batch[32] = magic
  batch.writeUInt32BE(records.length, 36)
  batch.writeBigUInt64BE(producerId, 40)
  batch.writeUInt32BE(firstSeq, 48)
  batch.writeUInt32BE(crc32c(batch, headerBytes), 52)
  return stamp(batch, { baseOffset: 0n, durable: 0n, timeMs: 0n })
}

/** Writes the broker's fields into a batch. The body and its CRC stay. */
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

/** The header at `at`, or undefined when no intact header stands there. */
export function readHeader(bytes: Buffer, at = 0): Header | undefined {
  if (bytes.length - at < headerBytes) return undefined
  // Magic, flags and reserved bytes first: that spares most CRCs of a search.
  if (bytes.readUInt32BE(at + 32) !== magic << 24) return undefined
  const length = bytes.readUInt32BE(at + 4)
  const count = bytes.readUInt32BE(at + 36)
  const least = headerBytes + count * leastRecord
  if (count === 0 || length < least || length > limits.batch) return undefined
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

/** Whether the body of the batch at `at` is all there and as it was written. */
export function isBodyIntact(bytes: Buffer, at: number, { length }: Header) {
  if (bytes.length - at < length) return false
  const crc = crc32c(bytes, at + headerBytes, at + length)
  return bytes.readUInt32BE(at + 52) === crc
}

/** The whole and intact batches from the start of these bytes on. */
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
 *   the records do not end where the batch does; BAD_CRC for a changed body
 */
export function checkBatch(batch: Buffer): Header {
  const header = readHeader(batch)
  if (header?.length !== batch.length) {
    throw new BusError('BAD_BATCH', 'no header that describes these bytes')
  }
  if (!isBodyIntact(batch, 0, header)) {
    throw new BusError('BAD_CRC', 'the body is not what was checksummed')
  }
  checkRecords(batch.subarray(headerBytes), header.count)
  return header
}

/** The records of a batch that was checked. Values are views of its memory. */
export function recordsIn(batch: Buffer) {
  return decodeRecords(batch.subarray(headerBytes))
}
