import { crc32c } from './crc32c.ts'
import {
  CORRUPT_MESSAGE,
  INVALID_RECORD,
  INVALID_TXN_STATE,
  MESSAGE_TOO_LARGE,
  NONE,
} from './errors.ts'
import { MalformedError } from './frames.ts'
import { Reader } from './primitives.ts'

/** Where the fields of a record batch are: magic 2, Kafka 0.11 and later. */
const at = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
}

/**
 * A record batch as it travels and is stored. The offset and the leader's
 * epoch lie outside of the checksum: stamping them changes nothing else.
 */
export class Batch {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get baseOffset() {
    return this.bytes.readBigInt64BE(at.baseOffset)
  }
  get lastOffset() {
    return this.baseOffset + BigInt(this.count - 1)
  }
  get count() {
    return this.bytes.readInt32BE(at.count)
  }
  get baseTimestamp() {
    return this.bytes.readBigInt64BE(at.baseTimestamp)
  }
  get maxTimestamp() {
    return this.bytes.readBigInt64BE(at.maxTimestamp)
  }
  /** -1 when the producer is not idempotent. */
  get producerId() {
    return this.bytes.readBigInt64BE(at.producerId)
  }
  get producerEpoch() {
    return this.bytes.readInt16BE(at.producerEpoch)
  }
  get firstSequence() {
    return this.bytes.readInt32BE(at.baseSequence)
  }
  get lastSequence() {
    return (this.firstSequence + this.count - 1) & 0x7fffffff
  }
  get compressed() {
    return (this.bytes.readInt16BE(at.attributes) & 7) !== 0
  }

  /** A copy of its own at this place in the log, of leader epoch 0. */
  stamped(baseOffset: bigint): Batch {
    const bytes = Buffer.from(this.bytes)
    bytes.writeBigInt64BE(baseOffset, at.baseOffset)
    bytes.writeInt32BE(0, at.leaderEpoch)
    return new Batch(bytes)
  }

  /** The records' timestamps in ms, in order; none if they are compressed. */
  timestamps(): bigint[] {
    if (this.compressed) return []
    const records = new Reader(this.bytes.subarray(at.records))
    const timestamps = Array.from({ length: this.count }, (_, index) => {
      const record = records.part(records.varint())
      record.int8()
      const timestamp = this.baseTimestamp + BigInt(record.varint())
      if (record.varint() !== index) throw new MalformedError('Wrong order')
      return timestamp
    })
    if (!records.atEnd) throw new MalformedError('Bytes after the last record')
    return timestamps
  }
}

/**
 * What a broker checks before it appends a batch from a producer, in Kafka's
 * order. Compressed records are not looked into.
 * @param maxBytes Kafka's `max.message.bytes`, which is of the whole batch
 */
export function checkBatch(bytes: Buffer, maxBytes: number): number {
  if (bytes.length < at.records) return INVALID_RECORD
  if (bytes.readInt32BE(at.length) !== bytes.length - 12) return INVALID_RECORD
  if (bytes.readInt8(at.magic) !== 2) return INVALID_RECORD
  const batch = new Batch(bytes)
  if (batch.baseOffset !== 0n) return INVALID_RECORD
  if (bytes.length > maxBytes) return MESSAGE_TOO_LARGE
  const crc = crc32c(bytes.subarray(at.attributes))
  if (crc !== bytes.readUInt32BE(at.crc)) return CORRUPT_MESSAGE

  const attributes = bytes.readInt16BE(at.attributes)
  const [transactional, control] = [attributes & 0x10, attributes & 0x20]
  if (control || batch.count < 1) return INVALID_RECORD
  if (transactional) return INVALID_TXN_STATE
  const lastDelta = bytes.readInt32BE(at.lastOffsetDelta)
  if (lastDelta !== batch.count - 1) return INVALID_RECORD
  if (batch.producerId >= 0n) {
    if (batch.firstSequence < 0 || batch.producerEpoch < 0) {
      return INVALID_RECORD
    }
  }
  // A record takes 7 bytes at least, so that no count can cost memory.
  const room = bytes.length - at.records
  if (!batch.compressed && batch.count * 7 > room) return INVALID_RECORD
  try {
    batch.timestamps()
  } catch (error) {
    if (error instanceof MalformedError) return INVALID_RECORD
    throw error
  }
  return NONE
}
