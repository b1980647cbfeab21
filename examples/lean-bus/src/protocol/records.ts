import { BusError } from './errors.ts'
import { limits } from './limits.ts'

/** What a producer hands over and a consumer gets. */
export interface BatchRecord {
  key: string
  value: Uint8Array
  headers: { [name: string]: string }
}

/** The least that one record takes, in bytes: its three sizes. */
export const leastRecord = 8

/**
 * Lays one record out as it stands in a batch.
 *
 * @throws BusError RECORD_TOO_LARGE for a key or headers over 65,535 bytes, or
 *   for what no batch has room for
 */
export function encodeRecord({ key, value, headers }: BatchRecord) {
  const keyLength = Buffer.byteLength(key)
  const headerPart = encodeHeaders(headers)
  const valueStart = leastRecord + keyLength + headerPart.length
  const length = fitting(valueStart + value.length, limits.batch)
  const record = Buffer.allocUnsafe(length)
  record.writeUInt16BE(fitting(keyLength, 0xffff), 0)
  record.writeUInt16BE(fitting(headerPart.length, 0xffff), 2)
  record.writeUInt32BE(value.length, 4)
  record.write(key, leastRecord)
  record.set(headerPart, leastRecord + keyLength)
  record.set(value, valueStart)
  return record
}

/**
 * Checks that so many records fill these bytes exactly.
 *
 * @throws BusError BAD_BATCH
 */
export function checkRecords(bytes: Buffer, count: number) {
  let at = 0
  for (let record = 0; record < count; record++) {
    if (at + leastRecord > bytes.length) throw bad('a record is cut')
    const { headers, value, end } = placesIn(bytes, at)
    if (end > bytes.length) throw bad('a record is longer than its batch')
    if (headers < value) textsIn(bytes, headers, value)
    at = end
  }
  if (at !== bytes.length) throw bad('bytes are left after the last record')
}

/** The records that fill these bytes. Values are views of them. */
export function* decodeRecords(bytes: Buffer): Generator<BatchRecord> {
  for (let at = 0; at < bytes.length;) {
    const { key, headers, value, end } = placesIn(bytes, at)
    yield {
      key: bytes.toString('utf8', key, headers),
      headers: decodeHeaders(bytes, headers, value),
      value: bytes.subarray(value, end),
    }
    at = end
  }
}

/** Where the parts of the record at `at` begin. */
function placesIn(bytes: Buffer, at: number) {
  const key = at + leastRecord
  const headers = key + bytes.readUInt16BE(at)
  const value = headers + bytes.readUInt16BE(at + 2)
  return { key, headers, value, end: value + bytes.readUInt32BE(at + 4) }
}

const noHeaders = Buffer.alloc(0)

function encodeHeaders(headers: BatchRecord['headers']) {
  const entries = Object.entries(headers)
  if (entries.length === 0) return noHeaders
  const parts = entries.flat().flatMap((text) => {
    const bytes = Buffer.from(text)
    const size = Buffer.alloc(2)
    size.writeUInt16BE(fitting(bytes.length, 0xffff))
    return [size, bytes]
  })
  return Buffer.concat(parts)
}

function decodeHeaders(bytes: Buffer, start: number, end: number) {
  const texts = textsIn(bytes, start, end).map(([from, to]) =>
    bytes.toString('utf8', from, to),
  )
  const pairs = texts.flatMap((name, i) =>
    i % 2 === 0 ? [[name, texts[i + 1]!] as const] : [],
  )
  return Object.fromEntries(pairs)
}

/** Where the texts of a record's headers begin and end: name, value, name… */
function textsIn(bytes: Buffer, start: number, end: number) {
  const texts: [from: number, to: number][] = []
  for (let at = start; at < end;) {
    if (at + 2 > end) throw bad('a header is cut')
    const from = at + 2
    at = from + bytes.readUInt16BE(at)
    if (at > end) throw bad('a header is longer than its record')
    texts.push([from, at])
  }
  if (texts.length % 2 === 0) return texts
  throw bad('a header has no value')
}

const bad = (detail: string) => new BusError('BAD_BATCH', detail)

function fitting(length: number, most: number) {
  if (length <= most) return length
  throw new BusError('RECORD_TOO_LARGE', `${length} bytes, at most ${most}`)
}
