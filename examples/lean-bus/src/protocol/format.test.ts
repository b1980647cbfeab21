import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { crc32c } from './crc.ts'
import { checkBatch, encodeBatch, recordsIn, stamp } from './format.ts'
import { createFrameReader, encodeFrame } from './frames.ts'
import { limits } from './limits.ts'
import { encodeRecord, type BatchRecord } from './records.ts'

const golden = JSON.parse(
  readFileSync(new URL('../../golden.json', import.meta.url), 'utf8'),
)
const records: BatchRecord[] = [
  { key: Buffer.from('o-1'), value: Buffer.from('hello'), headers: [] },
  {
    key: Buffer.from('é'),
    value: Buffer.alloc(0),
    headers: ['version=2', 'empty='].map((text) => {
      const [name, value] = text.split('=')
      return [Buffer.from(name!), Buffer.from(value!)]
    }),
  },
]
/** Every part that can be null, a repeated name, and bytes that are no text. */
const nulls: BatchRecord[] = [
  { key: null, value: Buffer.of(0xff), headers: [] },
  {
    key: Buffer.alloc(0),
    value: null,
    headers: [
      [Buffer.from('n'), null],
      [Buffer.from('n'), Buffer.of(0x80)],
      [Buffer.of(0xc3), Buffer.alloc(0)],
    ],
  },
  { key: null, value: null, headers: [] },
]
const batch = () =>
  encodeBatch(records.map(encodeRecord), { producerId: 7n, firstSeq: 3 })
const frameOf = (...frame: Parameters<typeof encodeFrame>) =>
  Buffer.concat(encodeFrame(...frame))
const fields = { baseOffset: 41n, durable: 40n, timeMs: 1_700_000_000_000n }

test('CRC32C has the values of RFC 3720 at every start and length', () => {
  for (const { hex, crc } of golden.crc32c) {
    assert.equal(crc32c(Buffer.from(hex, 'hex')), parseInt(crc, 16))
  }
  const bytes = Buffer.from(golden.batch, 'hex')
  for (let start = 0; start < 20; start++) {
    for (let end = start; end < bytes.length; end++) {
      let slow = -1
      for (const byte of bytes.subarray(start, end)) {
        slow ^= byte
        for (let bit = 0; bit < 8; bit++) {
          slow = (slow >>> 1) ^ (slow & 1 ? 0x82f63b78 : 0)
        }
      }
      assert.equal(crc32c(bytes, start, end), ~slow >>> 0)
    }
  }
})

test('a batch and a frame have the golden bytes', () => {
  assert.equal(batch().toString('hex'), golden.batch)
  assert.equal(stamp(batch(), fields).toString('hex'), golden.stamped)
  const frame = frameOf(2, 9, Buffer.from('\x06orders'), batch())
  assert.equal(frame.toString('hex'), golden.frame)
})

test('a stamped batch decodes to its fields and records', () => {
  const stamped = stamp(batch(), fields)
  const header = checkBatch(stamped)
  const { length } = batch()
  const expected = { ...fields, length, count: 2, producerId: 7n, firstSeq: 3 }
  assert.deepEqual(header, expected)
  assert.deepEqual([...recordsIn(stamped)], records)
})

test('a batch with nulls has the golden bytes and decodes to its records', () => {
  const bytes = encodeBatch(nulls.map(encodeRecord))
  assert.equal(bytes.toString('hex'), golden.nulls.hex)
  checkBatch(bytes)
  assert.deepEqual([...recordsIn(bytes)], nulls)
})

test('a key of 65,535 bytes and a value of 4 MiB are not taken for null', () => {
  const key = Buffer.alloc(65_535, 0xff)
  const [record] = recordsIn(encodeBatch([encodeRecord({ key, value: '' })]))
  assert.deepEqual(record, { key, value: Buffer.alloc(0), headers: [] })
  const value = Buffer.alloc(limits.batch - 64 - 8)
  const [large] = recordsIn(encodeBatch([encodeRecord({ key: '', value })]))
  assert.equal(large!.value!.length, value.length)
})

test('a batch with any single changed bit is rejected', () => {
  for (let bit = 0; bit < batch().length * 8; bit++) {
    const changed = batch()
    changed[bit >> 3] ^= 1 << (bit & 7)
    assert.throws(() => checkBatch(changed), { name: 'Error' }, `bit ${bit}`)
  }
})

test('a batch that is cut or too long is rejected', () => {
  const whole = batch()
  for (let length = 0; length < whole.length; length++) {
    const cut = () => checkBatch(whole.subarray(0, length))
    assert.throws(cut, { code: 'BAD_BATCH' })
  }
  const longer = Buffer.concat([whole, Buffer.alloc(1)])
  assert.throws(() => checkBatch(longer), { code: 'BAD_BATCH' })
})

test('records that do not fill their batch are rejected even with valid CRCs', () => {
  const checkWith = (change: (body: Buffer) => void) => {
    const bytes = batch()
    change(bytes)
    bytes.writeUInt32BE(crc32c(bytes, 64), 52)
    return () => checkBatch(stamp(bytes, fields))
  }
  const invalid = [
    checkWith((bytes) => bytes.writeUInt32BE(6, 68)),
    checkWith((bytes) => bytes.writeUInt32BE(2 ** 32 - 1, 68)),
    checkWith((bytes) => bytes.writeUInt32BE(1, 36)),
    checkWith((bytes) => bytes.writeUInt32BE(3, 36)),
    checkWith((bytes) => bytes.writeUInt16BE(8, 90)),
  ]
  for (const check of invalid) assert.throws(check, { code: 'BAD_BATCH' })
})

test('a key, header, value or batch that is too large is rejected', () => {
  const tooLarge = { code: 'RECORD_TOO_LARGE' }
  const [one] = records
  const key = 'k'.repeat(65_536)
  assert.throws(() => encodeRecord({ ...one!, key }), tooLarge)
  assert.throws(() => encodeRecord({ ...one!, headers: [[key, '']] }), tooLarge)
  const value = Buffer.alloc(4 * 1024 * 1024)
  const bytes = encodeRecord({ ...one!, value: value.subarray(65) })
  assert.throws(() => encodeRecord({ ...one!, value }), tooLarge)
  assert.throws(() => encodeBatch([bytes]), tooLarge)
})

test('frames are found in a stream that arrives in chunks of any size', () => {
  const frames = [
    { type: 1, correlation: 1, payload: Buffer.from('a') },
    { type: 0xff, correlation: 2 ** 32 - 1, payload: Buffer.alloc(0) },
    { type: 2, correlation: 3, payload: batch() },
  ]
  const stream = Buffer.concat(
    frames.map(({ type, correlation, payload }) =>
      frameOf(type, correlation, payload),
    ),
  )
  for (let size = 1; size <= stream.length; size++) {
    const reader = createFrameReader(() => limits.frame)
    const found = []
    for (let at = 0; at < stream.length; at += size) {
      found.push(...reader.push(stream.subarray(at, at + size)))
    }
    assert.deepEqual(found, frames, `in chunks of ${size}`)
  }
})

test('an invalid frame size is rejected as soon as its four bytes arrive', () => {
  const push = (size: number) => () => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(size)
    return Array.from(createFrameReader(() => limits.frame).push(bytes))
  }
  assert.throws(push(limits.frame + 1), { code: 'FRAME_TOO_LARGE' })
  assert.throws(push(2 ** 32 - 1), { code: 'FRAME_TOO_LARGE' })
  assert.throws(push(4), { code: 'BAD_FRAME' })
  assert.deepEqual(push(limits.frame)(), [])
})
