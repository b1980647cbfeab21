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
import { decoders } from './compression.ts'
import { crc32c } from './crc32c.ts'
import * as codes from './errors.ts'
import { readRecords } from './records.ts'

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
const maxAheadMs = 3_600_000n

const headerBytes = 61
/** The checksum covers the bytes from here on. */
const crcFrom = 21

/** Flags in the attributes of a batch, next to the codec. */
const flags = { appendTime: 8, transactional: 16, control: 32, horizon: 64 }
const codecMask = 7
const zstd = 4

/** An encoded record batch with the fields of its header. */
export interface Batch extends ValueOf<typeof header> {
  bytes: Buffer
  /** How the records are compressed: the key of a decoder. */
  codec: number
  /** The bytes after the header. */
  records: Buffer
}

export const lastSequence = ({ firstSequence, count }: Batch) =>
  (firstSequence + count - 1) & 0x7fffffff

const refuse = (code: number, message: string) => {
  throw new codes.RefusedError(code, message)
}

/**
 * Returns the size of the first batch. Returns undefined if the bytes end
 * before the batch does, which Kafka takes for no batch.
 */
function sizeOfBatch(bytes: Buffer): number | undefined {
  if (bytes.length < 12) return undefined
  const size = 12 + bytes.readInt32BE(8)
  // The overhead of a message in the oldest format.
  if (size < 26) refuse(codes.CORRUPT_MESSAGE, 'The batch is too short.')
  if (bytes.length < 17) return undefined
  const magic = bytes.readInt8(16)
  if (magic < 0 || magic > 2) refuse(codes.CORRUPT_MESSAGE, 'Unknown magic.')
  return size > bytes.length ? undefined : size
}

/**
 * Returns the only batch of a partition. Like Kafka, ignores bytes after it
 * that are no complete batch.
 *
 * @param version of the Produce request
 * @throws RefusedError when there is no batch, or more than one
 */
export function onlyBatch(records: Buffer, version: number): Buffer {
  const size = sizeOfBatch(records)
  if (size === undefined || records.readInt8(16) !== 2) {
    return refuse(codes.INVALID_RECORD, 'There is no batch of magic 2.')
  }
  if (version < 7 && (records.readInt8(22) & codecMask) === zstd) {
    refuse(codes.UNSUPPORTED_COMPRESSION_TYPE, 'Zstandard needs version 7.')
  }
  if (sizeOfBatch(records.subarray(size)) !== undefined) {
    refuse(codes.INVALID_RECORD, 'There is more than one batch.')
  }
  return records.subarray(0, size)
}

/** @throws RefusedError when the first batch is part of a transaction */
export function checkNotTransactional(records: Buffer): void {
  const size = sizeOfBatch(records)
  if (size === undefined || records.readInt8(16) !== 2) return
  if ((records.readInt8(22) & flags.transactional) === 0) return
  const message = 'The dev broker does not support transactions.'
  refuse(codes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, message)
}

/**
 * Checks a batch for what Kafka does not expect before it validates a batch.
 *
 * @param version of the Produce request
 * @throws RefusedError
 */
export function checkReadable(records: Buffer, version: number): void {
  const size = sizeOfBatch(records)
  if (size === undefined || records.readInt8(16) !== 2) return
  if (version < 7 && !((records.readInt8(22) & codecMask) in decoders)) {
    refuse(codes.UNKNOWN_SERVER_ERROR, 'The compression type is unknown.')
  }
  // Kafka looks for the producer ID before it checks the size.
  if (size < 51 && !codes.refusalOf(() => onlyBatch(records, version))) {
    refuse(codes.UNKNOWN_SERVER_ERROR, 'The batch is too short.')
  }
}

/**
 * Validates a batch in Kafka's order of checks. Returns a copy that can be
 * stamped.
 *
 * @param maxBytes Kafka's `max.message.bytes`, which limits the whole batch
 * @throws RefusedError
 */
export function parseBatch(input: Buffer, maxBytes: number): Batch {
  if (input.readBigInt64BE() !== 0n) {
    refuse(codes.INVALID_RECORD, 'The base offset is not 0.')
  }
  if (input.length > maxBytes) {
    refuse(codes.MESSAGE_TOO_LARGE, `The batch is over ${maxBytes} bytes.`)
  }
  const isComplete = input.length >= headerBytes
  if (
    !isComplete ||
    crc32c(input.subarray(crcFrom)) !== input.readUInt32BE(17)
  ) {
    refuse(codes.CORRUPT_MESSAGE, 'The checksum is wrong.')
  }
  const bytes = Buffer.from(input)
  const fields = header.read(new Reader(bytes), unversioned)
  const { attributes, count } = fields
  const [codec, records] = [attributes & codecMask, bytes.subarray(headerBytes)]
  if (!(codec in decoders)) {
    refuse(codes.UNKNOWN_SERVER_ERROR, 'The compression type is unknown.')
  }
  if (count < 1 || fields.lastOffsetDelta !== count - 1) {
    refuse(codes.INVALID_RECORD, 'The number of records is wrong.')
  }
  if ((attributes & flags.control) !== 0) {
    refuse(codes.INVALID_RECORD, 'Clients cannot write control records.')
  }
  if (fields.producerId >= 0n && fields.firstSequence < 0) {
    refuse(codes.INVALID_RECORD, 'The producer ID has no sequence number.')
  }
  const batch = { ...fields, bytes, codec, records }
  return withMaxTimestamp(batch, checkRecords(batch))
}

/**
 * Checks timestamps and offsets. Returns the latest timestamp, or -1 if no
 * record has one.
 *
 * @throws RefusedError
 */
function checkRecords(batch: Batch): bigint {
  const hasAppendTime = (batch.attributes & flags.appendTime) !== 0
  const now = BigInt(Date.now())
  let latest = -1n
  let [isInvalid, isInOrder, index] = [false, true, 0]
  for (const record of readRecords(batch)) {
    const timestamp = hasAppendTime ? batch.maxTimestamp : record.timestamp
    // Differences wrap at 64 bits, as in Java.
    const ahead = BigInt.asIntN(64, -BigInt.asIntN(64, now - timestamp))
    isInvalid ||= timestamp === -1n ? hasAppendTime : ahead > maxAheadMs
    isInOrder &&= record.offsetDelta === index++
    if (timestamp > latest) latest = timestamp
  }
  if (isInvalid) refuse(codes.INVALID_TIMESTAMP, 'A timestamp is wrong.')
  // Kafka stores other offsets of uncompressed records as they are, and fails
  // when it tries to correct them in compressed ones.
  if (batch.codec !== 0 && !isInOrder) {
    refuse(codes.UNKNOWN_SERVER_ERROR, 'The offsets of the records are wrong.')
  }
  return latest
}

/**
 * Corrects the maximum timestamp, which some clients get wrong, like Kafka. If
 * it does, it clears the flags that it doesn't know.
 */
function withMaxTimestamp(batch: Batch, maxTimestamp: bigint): Batch {
  const { bytes } = batch
  const hasAppendTime = (batch.attributes & flags.appendTime) !== 0
  if (batch.maxTimestamp === maxTimestamp && !hasAppendTime) return batch
  const attributes = batch.attributes & (codecMask | flags.horizon)
  bytes.writeInt16BE(attributes, crcFrom)
  bytes.writeBigInt64BE(maxTimestamp, 35)
  bytes.writeUInt32BE(crc32c(bytes.subarray(crcFrom)), 17)
  return { ...batch, attributes, maxTimestamp }
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
