import { crc32c } from '@platformatic/kafka'
import fc from 'fast-check'
import { produce } from '../../../../examples/kafka/dev-broker/api-records.ts'
import type { Command } from '../commands.ts'
import { encodeRequest } from '../wire.ts'
import { compressions } from './codecs.ts'

const now = 1_700_000_000_000n
const future = BigInt(Date.now()) + 86_400_000n
const longest = 2n ** 63n - 1n

/** A value that is usually right. */
const usually = <T>(right: T, ...wrong: T[]) =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(right) }, fc.constantFrom(...wrong))

/** Encodes a zigzag varint. */
function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.of(...bytes, Number(rest))
}

const tooLong = Buffer.from('ffffffffffffffffffff7f', 'hex')

/** A field of a record: its bytes, or undefined for the right ones. */
const field = (...wrong: Buffer[]) => usually<Buffer | undefined>(undefined, ...wrong)
const lengths = [-1, -2, 3, 100, 2 ** 31 - 1, -(2 ** 31)].map(varint)

const record = fc.record({
  attributes: usually(0, 1, 255),
  timestampDelta: usually(5n, 0n, -1n, -now - 1n, future - now, longest, -longest - 1n),
  offsetDelta: usually(0, 1, -1, 100),
  length: field(...lengths, tooLong, Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f)),
  keyLength: field(...lengths, tooLong),
  valueLength: field(...lengths, tooLong),
  headerCount: field(...lengths, varint(0), tooLong),
  headerName: field(...lengths, tooLong),
  extra: usually('', 'extra'),
})

type Fields = typeof record extends fc.Arbitrary<infer T> ? T : never

function encodeRecord(fields: Fields, index: number): Buffer {
  const body = Buffer.concat([
    Buffer.of(fields.attributes),
    varint(fields.timestampDelta),
    varint(index + fields.offsetDelta),
    fields.keyLength ?? varint(3),
    Buffer.from('key'),
    fields.valueLength ?? varint(20),
    Buffer.from('value value value va'),
    fields.headerCount ?? varint(1),
    fields.headerName ?? varint(4),
    Buffer.from('name'),
    varint(-1),
    Buffer.from(fields.extra),
  ])
  return Buffer.concat([fields.length ?? varint(body.length), body])
}

/** A change of the batch header: of a count, or of bits. */
const header = fc.record({
  baseOffset: usually(0n, 1n, -1n),
  leaderEpoch: usually(-1, 0, 7),
  magic: usually(2, 0, 1, 3, -1),
  flags: usually(0, 8, 16, 32, 64, 128, 256, 0x4000),
  count: usually(0, 1, -1, 100, 2 ** 31 - 10),
  lastOffsetDelta: usually(0, 1, -1, 2 ** 31 - 10),
  baseTimestamp: usually(now, -1n, 0n, longest, -longest - 1n, future),
  maxTimestamp: usually(now + 5n, -1n, 0n, longest, future),
  producer: usually(
    { id: -1n, epoch: -1, sequence: -1 },
    { id: -2n, epoch: 0, sequence: 0 },
    { id: -1n, epoch: -7, sequence: 9 },
    { id: 8_000n, epoch: 0, sequence: -1 },
    { id: 8_001n, epoch: -1, sequence: 0 },
    { id: 8_002n, epoch: -2, sequence: 0 },
    { id: 8_003n, epoch: 0, sequence: 5 },
    { id: 8_004n, epoch: 3, sequence: 2 ** 31 - 1 },
  ),
  length: usually(0, 1, -1, -10, 1_000, 2 ** 30),
  crc: usually(0, 1),
  end: usually('', 'extra', 'more than twelve bytes', '\0'.repeat(40)),
})

const batch = fc
  .record({
    records: fc.array(record, { minLength: 1, maxLength: 3 }),
    compression: compressions,
    header,
    size: usually<number | undefined>(undefined, 0, 11, 12, 16, 17, 25, 26, 27, 50, 51, 60, 61),
  })
  .map(({ records, compression, header: fields, size }) => {
    const { codec, bytes } = compression.compress(Buffer.concat(records.map(encodeRecord)))
    const head = Buffer.alloc(61)
    head.writeBigInt64BE(fields.baseOffset)
    head.writeInt32BE(fields.leaderEpoch, 12)
    head.writeInt8(fields.magic, 16)
    head.writeInt16BE(codec | fields.flags, 21)
    head.writeInt32BE((records.length - 1 + fields.lastOffsetDelta) | 0, 23)
    head.writeBigInt64BE(fields.baseTimestamp, 27)
    head.writeBigInt64BE(fields.maxTimestamp, 35)
    head.writeBigInt64BE(fields.producer.id, 43)
    head.writeInt16BE(fields.producer.epoch, 51)
    head.writeInt32BE(fields.producer.sequence, 53)
    head.writeInt32BE((records.length + fields.count) | 0, 57)
    const whole = Buffer.concat([head, bytes]).subarray(0, size)
    if (whole.length >= 12) whole.writeInt32BE(whole.length - 12 + fields.length, 8)
    if (whole.length >= 21) whole.writeUInt32BE((crc32c(whole.subarray(21)) ^ fields.crc) >>> 0, 17)
    return {
      bytes: Buffer.concat([whole, Buffer.from(fields.end)]),
      description: `${size ?? 'whole'}, ${compression.description}, ${describe({ ...fields, codec })} ${records.map(describe).join(' ')}`,
    }
  })

/** Generates Produce requests with batches that Kafka may refuse. */
export const malformed: fc.Arbitrary<Command> = fc
  .record({
    version: fc.integer({ min: produce.versions[0], max: produce.versions[1] }),
    batches: fc.array(batch, { minLength: 1, maxLength: 2 }),
  })
  .map(({ version, batches }) => ({
    key: produce.key,
    version,
    description: batches.map(({ description }) => description).join(' and '),
    frame({ name, topicId }) {
      const partitions = batches.map(({ bytes }, index) => ({ index, records: bytes }))
      const asked = [{ name: `${name}-own`, id: topicId, partitions }]
      return encodeRequest(produce, version, { acks: -1, asked })
    },
  }))

/** Lists the fields that differ from the defaults of the generator. */
function describe(fields: object): string {
  return JSON.stringify(fields, (_name, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
