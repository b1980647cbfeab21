import { crc32c } from './crc.ts'
import { BusError } from './frames.ts'

export const headerBytes = 64
export const maxBatchBytes = 4 * 1024 * 1024
const recordHeaderBytes = 8
const magic = 1

/** What a producer hands over and a consumer gets. */
export interface BatchRecord {
  key: string
  value: Uint8Array
  headers: { [name: string]: string }
}

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
 * Lays records out as one batch, whose broker fields are still 0.
 *
 * @throws BusError RECORD_TOO_LARGE for a key or headers over 65,535 bytes, or
 *   a batch over `maxBatchBytes`
 */
export function encodeBatch(
  records: readonly BatchRecord[],
  { producerId = 0n, firstSeq = 0 } = {},
): Buffer {
  const parts = records.flatMap(({ key, value, headers }) => {
    const sized = Buffer.alloc(recordHeaderBytes)
    const keyBytes = Buffer.from(key)
    const headerPart = encodeHeaders(headers)
    sized.writeUInt16BE(fitting(keyBytes.length, 0xffff), 0)
    sized.writeUInt16BE(fitting(headerPart.length, 0xffff), 2)
    sized.writeUInt32BE(fitting(value.length, maxBatchBytes), 4)
    return [sized, keyBytes, headerPart, value]
  })
  const batch = Buffer.concat([Buffer.alloc(headerBytes), ...parts])
  batch.writeUInt32BE(fitting(batch.length, maxBatchBytes), 4)
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
  const least = headerBytes + count * recordHeaderBytes
  if (count === 0 || length < least || length > maxBatchBytes) return undefined
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

/**
 * Takes a batch apart. Values are views of its memory.
 *
 * @throws BusError BAD_BATCH when the header does not describe these bytes or
 *   the records do not end where the batch does; BAD_CRC for a changed body
 */
export function decodeBatch(batch: Buffer) {
  const header = readHeader(batch)
  if (header?.length !== batch.length) {
    throw new BusError('BAD_BATCH', 'no header that describes these bytes')
  }
  if (!isBodyIntact(batch, 0, header)) {
    throw new BusError('BAD_CRC', 'the body is not what was checksummed')
  }
  let at = headerBytes
  const take = (length: number) => {
    if (at + length > batch.length) {
      throw new BusError('BAD_BATCH', 'a record goes past the end of the batch')
    }
    at += length
    return batch.subarray(at - length, at)
  }
  const records = Array.from({ length: header.count }, (): BatchRecord => {
    const sizes = take(recordHeaderBytes)
    const key = take(sizes.readUInt16BE(0)).toString()
    const headers = decodeHeaders(take(sizes.readUInt16BE(2)))
    return { key, headers, value: take(sizes.readUInt32BE(4)) }
  })
  if (at !== batch.length) {
    throw new BusError('BAD_BATCH', 'bytes are left after the last record')
  }
  return { header, records }
}

function encodeHeaders(headers: BatchRecord['headers']) {
  const parts = Object.entries(headers)
    .flat()
    .flatMap((text) => {
      const bytes = Buffer.from(text)
      const size = Buffer.alloc(2)
      size.writeUInt16BE(fitting(bytes.length, 0xffff))
      return [size, bytes]
    })
  return Buffer.concat(parts)
}

function decodeHeaders(bytes: Buffer) {
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const start = at + 2
    const end = start <= bytes.length ? start + bytes.readUInt16BE(at) : start
    if (end > bytes.length) {
      throw new BusError('BAD_BATCH', 'a header goes past its record')
    }
    texts.push(bytes.toString('utf8', start, end))
    at = end
  }
  if (texts.length % 2) throw new BusError('BAD_BATCH', 'a header has no value')
  const pairs = texts.flatMap((text, i) =>
    i % 2 ? [] : [[text, texts[i + 1]] as const],
  )
  return Object.fromEntries(pairs)
}

function fitting(length: number, most: number) {
  if (length <= most) return length
  throw new BusError('RECORD_TOO_LARGE', `${length} bytes, at most ${most}`)
}
