import {
  int16,
  int32,
  int64,
  int8,
  Reader,
  struct,
  uint32,
  unversioned,
  type ValueOf,
} from './codec.ts'
import { crc32c } from './crc32c.ts'
import * as codes from './errors.ts'
import { MalformedError } from './frames.ts'

/** Header of a batch with magic 2, which is Kafka 0.11 and later. */
const header = struct({
  baseOffset: int64,
  length: int32,
  leaderEpoch: int32,
  magic: int8,
  crc: uint32,
  attributes: int16,
  lastOffsetDelta: int32,
  baseTimestamp: int64,
  maxTimestamp: int64,
  producerId: int64,
  producerEpoch: int16,
  firstSequence: int32,
  count: int32,
})
/** Kafka's `message.timestamp.after.max.ms`. */
const maxAheadMs = 3_600_000

const headerBytes = 61
/** The checksum covers the bytes from here on. */
const crcFrom = 21

/** An encoded record batch with the fields of its header. */
export interface Batch extends ValueOf<typeof header> {
  bytes: Buffer
}

const headerOf = (bytes: Buffer) => header.read(new Reader(bytes), unversioned)

export const lastSequence = ({ firstSequence, count }: Batch) =>
  (firstSequence + count - 1) & 0x7fffffff

/** Whether the batch has a header that marks it as part of a transaction. */
export const isTransactional = (bytes: Buffer) =>
  bytes.length >= headerBytes && (headerOf(bytes).attributes & 0x10) !== 0

/** Whether the bytes are exactly one batch of magic 2. */
export function isOneBatch(bytes: Buffer): boolean {
  if (bytes.length < headerBytes) return false
  const { length, magic } = headerOf(bytes)
  return magic === 2 && length === bytes.length - 12
}

/**
 * Validates a batch in Kafka's order of checks. Returns a copy that can be
 * stamped, or an error code. Does not decompress records.
 *
 * @param maxBytes Kafka's `max.message.bytes`, which limits the whole batch
 */
export function parseBatch(input: Buffer, maxBytes: number): Batch | number {
  const bytes = Buffer.from(input)
  const batch = { ...headerOf(bytes), bytes }
  const { attributes, count, producerId } = batch
  if (batch.baseOffset !== 0n) return codes.INVALID_RECORD
  if (bytes.length > maxBytes) return codes.MESSAGE_TOO_LARGE
  if (crc32c(bytes.subarray(crcFrom)) !== batch.crc)
    return codes.CORRUPT_MESSAGE

  if ((attributes & 0x20) !== 0 || count < 1) return codes.INVALID_RECORD
  if (batch.lastOffsetDelta !== count - 1) return codes.INVALID_RECORD
  const hasSequence = batch.firstSequence >= 0 && batch.producerEpoch >= 0
  if (producerId >= 0n && !hasSequence) return codes.INVALID_RECORD
  try {
    const latest = timestampsOf(batch).reduce((a, b) => (b > a ? b : a), -1n)
    if (latest > Date.now() + maxAheadMs) return codes.INVALID_TIMESTAMP
    return attributes & 7 ? batch : withMaxTimestamp(batch, latest)
  } catch (error) {
    if (error instanceof MalformedError) return codes.INVALID_RECORD
    throw error
  }
}

/** Corrects the maximum timestamp, which some clients get wrong, like Kafka. */
function withMaxTimestamp(batch: Batch, maxTimestamp: bigint): Batch {
  batch.bytes.writeBigInt64BE(maxTimestamp, 35)
  batch.bytes.writeUInt32BE(crc32c(batch.bytes.subarray(crcFrom)), 17)
  return { ...batch, maxTimestamp }
}

/**
 * Sets the base offset, and leader epoch 0. The checksum covers neither, so it
 * stays valid.
 */
export function stamp(batch: Batch, baseOffset: bigint): Batch {
  batch.bytes.writeBigInt64BE(baseOffset)
  batch.bytes.writeInt32BE(0, 12)
  return { ...batch, baseOffset }
}

/** The timestamps of the records in ms. Empty if they are compressed. */
export function timestampsOf(batch: Batch): bigint[] {
  if (batch.attributes & 7) return []
  const records = new Reader(batch.bytes.subarray(headerBytes))
  // A record takes at least 7 bytes, which bounds the memory for any count.
  if (batch.count * 7 > records.left) throw new MalformedError('Too short')
  const timestamps = Array.from({ length: batch.count }, (_, index) => {
    const record = new Reader(records.take(records.varint()))
    record.take(1) // Record attributes, which Kafka does not use yet.
    const timestamp = batch.baseTimestamp + BigInt(record.varint())
    if (record.varint() !== index) throw new MalformedError('Wrong order')
    return timestamp
  })
  if (records.left > 0) throw new MalformedError('Bytes after the last record')
  return timestamps
}
