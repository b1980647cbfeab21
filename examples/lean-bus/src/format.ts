import { crc32c } from './crc.ts'
import { BusError } from './errors.ts'
import { limits } from './limits.ts'

export const headerBytes = 64
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
 * Lays one record out as it stands in a batch.
 *
 * @throws BusError RECORD_TOO_LARGE for a key or headers over 65,535 bytes, or
 *   for what no batch has room for
 */
export function encodeRecord({ key, value, headers }: BatchRecord) {
  const keyBytes = Buffer.byteLength(key)
  const headerPart = encodeHeaders(headers)
  const start = recordHeaderBytes + keyBytes + headerPart.length
  const length = start + value.length
  fitting(length, limits.batch - headerBytes)
  const record = Buffer.allocUnsafe(length)
  record.writeUInt16BE(fitting(keyBytes, 0xffff), 0)
  record.writeUInt16BE(fitting(headerPart.length, 0xffff), 2)
  record.writeUInt32BE(value.length, 4)
  record.write(key, recordHeaderBytes)
  record.set(headerPart, recordHeaderBytes + keyBytes)
  record.set(value, start)
  return record
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
  batch.writeUInt32BE(fitting(batch.length, limits.batch), 4)
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
  let at = headerBytes
  for (let record = 0; record < header.count; record++) {
    const fits = at + recordHeaderBytes <= batch.length
    const value = fits ? valueStart(batch, at) : Infinity
    if (value > batch.length) throw tooShort('a record', 'the batch')
    textsIn(batch, value - batch.readUInt16BE(at + 2), value)
    at = value + batch.readUInt32BE(at + 4)
    if (at > batch.length) throw tooShort('a record', 'the batch')
  }
  if (at === batch.length) return header
  throw new BusError('BAD_BATCH', 'bytes are left after the last record')
}

/** The records of a batch that was checked. Values are views of its memory. */
export function* recordsIn(batch: Buffer): Generator<BatchRecord> {
  for (let at = headerBytes; at < batch.length;) {
    const value = valueStart(batch, at)
    const headersStart = value - batch.readUInt16BE(at + 2)
    const end = value + batch.readUInt32BE(at + 4)
    const texts = textsIn(batch, headersStart, value).map(([from, to]) =>
      batch.toString('utf8', from, to),
    )
    const pairs = texts.flatMap((name, i) =>
      i % 2 ? [] : [[name, texts[i + 1]!] as const],
    )
    yield {
      key: batch.toString('utf8', at + recordHeaderBytes, headersStart),
      headers: Object.fromEntries(pairs),
      value: batch.subarray(value, end),
    }
    at = end
  }
}

function valueStart(batch: Buffer, at: number) {
  const keyAndHeaders = batch.readUInt16BE(at) + batch.readUInt16BE(at + 2)
  return at + recordHeaderBytes + keyAndHeaders
}

/** Where the texts of a record's headers begin and end. */
function textsIn(batch: Buffer, start: number, end: number) {
  const texts: [from: number, to: number][] = []
  for (let at = start; at < end;) {
    const from = at + 2
    const to = from <= end ? from + batch.readUInt16BE(at) : Infinity
    if (to > end) throw tooShort('a header', 'its record')
    texts.push([from, to])
    at = to
  }
  if (texts.length % 2 === 0) return texts
  throw new BusError('BAD_BATCH', 'a header has no value')
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

function tooShort(part: string, whole: string) {
  return new BusError('BAD_BATCH', `${part} goes past the end of ${whole}`)
}

function fitting(length: number, most: number) {
  if (length <= most) return length
  throw new BusError('RECORD_TOO_LARGE', `${length} bytes, at most ${most}`)
}
