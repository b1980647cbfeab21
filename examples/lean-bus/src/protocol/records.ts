import type { NewRecord } from '../port.ts'
import { BusError } from './errors.ts'
import { u16 } from './frames.ts'
import { limits } from './limits.ts'

export type BatchRecord = Required<NewRecord>

/** The size of an empty record, in bytes: its three length fields. */
export const minRecordBytes = 8

/**
 * Encodes one record as it is stored in a batch.
 *
 * @throws BusError RECORD_TOO_LARGE for a key or headers over 65,535 bytes, or
 *   a record that fits in no batch
 */
export function encodeRecord({ key, value, headers }: BatchRecord) {
  const keyLength = Buffer.byteLength(key)
  const headerPart = encodeHeaders(headers)
  const valueStart = minRecordBytes + keyLength + headerPart.length
  const length = valueStart + value.length
  checkLength('the record', length, limits.batch)
  checkLength('the key', keyLength, 0xffff)
  checkLength('the headers', headerPart.length, 0xffff)
  const record = Buffer.allocUnsafe(length)
  record.writeUInt16BE(keyLength, 0)
  record.writeUInt16BE(headerPart.length, 2)
  record.writeUInt32BE(value.length, 4)
  record.write(key, minRecordBytes)
  record.set(headerPart, minRecordBytes + keyLength)
  record.set(value, valueStart)
  return record
}

/**
 * Checks that these bytes consist of exactly `count` records.
 *
 * @throws BusError BAD_BATCH
 */
export function checkRecords(bytes: Buffer, count: number) {
  let at = 0
  for (let record = 0; record < count; record++) {
    if (at + minRecordBytes > bytes.length) throw badBatch('a record is cut')
    const { headers, value, end } = locateParts(bytes, at)
    if (end > bytes.length) throw badBatch('a record is longer than its batch')
    if (headers < value) locateTexts(bytes, headers, value)
    at = end
  }
  if (at !== bytes.length) throw badBatch('bytes follow the last record')
}

/** Decodes the records in these bytes. Their values are views of the bytes. */
export function* decodeRecords(bytes: Buffer): Generator<BatchRecord> {
  for (let at = 0; at < bytes.length;) {
    const { key, headers, value, end } = locateParts(bytes, at)
    yield {
      key: bytes.toString('utf8', key, headers),
      headers: decodeHeaders(bytes, headers, value),
      value: bytes.subarray(value, end),
    }
    at = end
  }
}

/** Finds where the parts of the record at `at` begin. */
function locateParts(bytes: Buffer, at: number) {
  const key = at + minRecordBytes
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
    checkLength('a header', bytes.length, 0xffff)
    return [u16(bytes.length), bytes]
  })
  return Buffer.concat(parts)
}

function decodeHeaders(bytes: Buffer, start: number, end: number) {
  const texts = locateTexts(bytes, start, end).map(([from, to]) =>
    bytes.toString('utf8', from, to),
  )
  const pairs = texts.flatMap((name, i) =>
    i % 2 === 0 ? [[name, texts[i + 1]!] as const] : [],
  )
  return Object.fromEntries(pairs)
}

/** Finds the texts of a record's headers, which alternate: name, value. */
function locateTexts(bytes: Buffer, start: number, end: number) {
  const texts: [from: number, to: number][] = []
  for (let at = start; at < end;) {
    if (at + 2 > end) throw badBatch('a header is cut')
    const from = at + 2
    at = from + bytes.readUInt16BE(at)
    if (at > end) throw badBatch('a header is longer than its record')
    texts.push([from, at])
  }
  if (texts.length % 2 === 0) return texts
  throw badBatch('a header has no value')
}

const badBatch = (detail: string) => new BusError('BAD_BATCH', detail)

function checkLength(part: string, length: number, max: number) {
  if (length <= max) return
  const message = `${part} has ${length} bytes, at most ${max} are possible`
  throw new BusError('RECORD_TOO_LARGE', message)
}
