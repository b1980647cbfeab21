import type { BusRecord, Data, NewRecord } from '../port.ts'
import { BusError } from './errors.ts'
import { u16 } from './frames.ts'
import { limits } from './limits.ts'

export type BatchRecord = Pick<BusRecord, 'key' | 'value' | 'headers'>

/** The size of an empty record, in bytes: its three length fields. */
export const minRecordBytes = 8

/** Bits of the value length, which is at most 4 MiB. */
const nulls = { value: 0x8000_0000, key: 0x4000_0000 }
/** The length of a null value of a header. No header is this long. */
const nullLength = 0xffff

/**
 * Encodes one record as it is stored in a batch.
 *
 * @throws BusError RECORD_TOO_LARGE for a key or headers over 65,535 bytes, or
 *   a record that fits in no batch
 */
export function encodeRecord({ key, value, headers = [] }: NewRecord) {
  const keyBytes = toBytes(key)
  const headerBytes = encodeHeaders(headers)
  const valueBytes = toBytes(value)
  const parts = [keyBytes, headerBytes, valueBytes]
  const length = parts.reduce((sum, part) => sum + part.length, minRecordBytes)
  checkLength('the record', length, limits.batch)
  checkLength('the key', keyBytes.length, 0xffff)
  checkLength('the headers', headerBytes.length, 0xffff)
  const flags =
    (key === null ? nulls.key : 0) + (value === null ? nulls.value : 0)
  const lengths = Buffer.allocUnsafe(minRecordBytes)
  lengths.writeUInt16BE(keyBytes.length, 0)
  lengths.writeUInt16BE(headerBytes.length, 2)
  lengths.writeUInt32BE(valueBytes.length + flags, 4)
  return Buffer.concat([lengths, ...parts], length)
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
    const parts = locateParts(bytes, at)
    const { key, headers, value, end } = parts
    if (end > bytes.length) throw badBatch('a record is longer than its batch')
    if (parts.isKeyNull && key < headers) throw badBatch('a null key has bytes')
    if (parts.isValueNull && value < end) {
      throw badBatch('a null value has bytes')
    }
    decodeHeaders(bytes.subarray(headers, value))
    at = end
  }
  if (at !== bytes.length) throw badBatch('bytes follow the last record')
}

/** Decodes the records in these bytes. Their fields are views of the bytes. */
export function* decodeRecords(bytes: Buffer): Generator<BatchRecord> {
  for (let at = 0; at < bytes.length;) {
    const parts = locateParts(bytes, at)
    const { key, headers, value, end } = parts
    yield {
      key: parts.isKeyNull ? null : bytes.subarray(key, headers),
      headers: decodeHeaders(bytes.subarray(headers, value)),
      value: parts.isValueNull ? null : bytes.subarray(value, end),
    }
    at = end
  }
}

/** Finds where the parts of the record at `at` begin. */
function locateParts(bytes: Buffer, at: number) {
  const key = at + minRecordBytes
  const headers = key + bytes.readUInt16BE(at)
  const value = headers + bytes.readUInt16BE(at + 2)
  const field = bytes.readUInt32BE(at + 4)
  const isKeyNull = (field & nulls.key) !== 0
  const isValueNull = (field & nulls.value) !== 0
  const end = value + (field & ~(nulls.key | nulls.value))
  return { key, headers, value, end, isKeyNull, isValueNull }
}

function encodeHeaders(headers: NonNullable<NewRecord['headers']>) {
  const parts = headers.flatMap(([name, value]) => [
    ...encodeText(name),
    ...(value === null ? [u16(nullLength)] : encodeText(value)),
  ])
  return Buffer.concat(parts)
}

function encodeText(text: string | Uint8Array) {
  const bytes = toBytes(text)
  checkLength('a header', bytes.length, 0xffff)
  return [u16(bytes.length), bytes]
}

/** @throws BusError BAD_BATCH */
function decodeHeaders(bytes: Buffer) {
  const headers: BatchRecord['headers'] = []
  let at = 0
  const readLength = () => {
    if (at + 2 > bytes.length) throw badBatch('a header is cut')
    at += 2
    return bytes.readUInt16BE(at - 2)
  }
  const take = (length: number) => {
    at += length
    if (at <= bytes.length) return bytes.subarray(at - length, at)
    throw badBatch('a header is longer than its record')
  }
  while (at < bytes.length) {
    const name = take(readLength())
    if (at === bytes.length) throw badBatch('a header has no value')
    const length = readLength()
    headers.push([name, length === nullLength ? null : take(length)])
  }
  return headers
}

const noBytes = new Uint8Array()

function toBytes(data: Data) {
  return typeof data === 'string' ? Buffer.from(data) : (data ?? noBytes)
}

const badBatch = (detail: string) => new BusError('BAD_BATCH', detail)

function checkLength(part: string, length: number, max: number) {
  if (length <= max) return
  const message = `${part} has ${length} bytes, at most ${max} are possible`
  throw new BusError('RECORD_TOO_LARGE', message)
}
