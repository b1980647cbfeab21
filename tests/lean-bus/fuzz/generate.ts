import { crc32c } from '../../../examples/lean-bus/src/protocol/crc.ts'
import { encodeBatch, headerBytes, stamp } from '../../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u16, u32, u64 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../../examples/lean-bus/src/protocol/limits.ts'
import { encodeRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { frame, hello } from '../tools/peer.ts'
import type { Random } from '../../../lab/random.ts'

/** Generates bytes that a hostile or broken peer could send: usually one frame, sometimes a part of one, or none. */
export function generateBytes(random: Random, correlation: number): Buffer {
  const valid = () => generateRequest(random, correlation)
  const kinds: [() => Buffer, ...(() => Buffer)[]] = [
    valid,
    valid,
    () => mutate(random, valid()),
    () => mutate(random, valid()),
    () => breakBatch(random, correlation),
    () => breakBatch(random, correlation),
    () => cutPayload(random, valid()),
  ]
  // These close the connection, so they are rare.
  if (random.chance(0.02)) return random.bytes(random.between(1, 60))
  return random.chance(0.02) ? writeWrongSize(random, valid()) : random.pick(kinds)()
}

/** Generates an invalid first frame. */
export function generateGreeting(random: Random): Buffer {
  return random.pick([
    mutate(random, hello),
    writeWrongSize(random, hello),
    frame(types.HELLO, 1, u32(0x4c425553), u16(random.between(2, 0xffff))),
    frame(types.PING, 1),
    Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    random.bytes(random.between(1, 80)),
  ])
}

/** Generates a valid request with random values. */
function generateRequest(random: Random, correlation: number): Buffer {
  const id = () => u32(random.pick([0, 1, 2, 3, 0xffff_ffff]))
  const offset = () => u64(random.pick([0n, 1n, 2n, 1000n, 2n ** 63n, 2n ** 64n - 1n]))
  const bytes = () => u32(random.pick([0, 1, 500, 3000, 0xffff_ffff]))
  const topic = () => text(random.pick(['orders', 'orders', 'orders', 'other', 'none', '../x', '']))
  const group = () => text(random.pick(['g', 'h', 'i', '', 'G', 'a/b', '__groups']))
  const send = (type: number, ...parts: Uint8Array[]) => frame(type, correlation, ...parts)
  const requests: [() => Buffer, ...(() => Buffer)[]] = [
    () => send(types.PRODUCE, topic(), generateBatch(random)),
    () => send(types.PRODUCE, topic(), generateBatch(random)),
    () => send(types.SUBSCRIBE, topic(), group(), id(), u32(random.pick([0, 1, 500]))),
    () => send(types.CREDIT, id(), bytes()),
    () => send(types.COMMIT, id(), u32(random.between(0, 3)), offset()),
    () => send(types.STAT, topic(), group()),
    () => send(types.CREATE, random.pick([topic(), text('other'), text('x'.repeat(255))])),
    () => send(types.PING),
    () => send(types.UNSUBSCRIBE, id()),
    () => send(types.READ, topic(), offset(), bytes()),
    () => send(types.HELLO, u32(0x4c425553), u16(1)),
    () => send(random.between(0, 255), random.bytes(random.between(0, 40))),
  ]
  return random.pick(requests)()
}

function generateBatch(random: Random): Buffer {
  const records = Array.from({ length: random.between(1, 3) }, () =>
    encodeRecord({
      key: random.chance(0.1) ? null : 'k'.repeat(random.between(0, 9)),
      value: random.chance(0.1) ? null : random.bytes(random.between(0, 40)),
      headers: random.chance(0.1) ? [['version', random.pick(['2', null])]] : [],
    }),
  )
  const producerId = BigInt(random.between(0, 3))
  return encodeBatch(records, { producerId, firstSeq: random.between(0, 6) })
}

/** Changes one to three bytes after the size. */
function mutate(random: Random, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  for (let i = random.between(1, 3); i > 0; i--) {
    changed[random.between(4, changed.length - 1)] = random.between(0, 255)
  }
  return changed
}

/** Writes a wrong size. The broker then reads the next frame as a part of this one, or a part of this one as the next frame. */
function writeWrongSize(random: Random, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  const size = changed.readUInt32BE()
  const sizes = [0, 4, 5, size - 1, size + 1, size + 20, limits.frame + 1, 2 ** 31, 2 ** 32 - 1]
  changed.writeUInt32BE(random.pick(sizes as [number, ...number[]]))
  return changed
}

/** Makes the payload too short or too long, with a size that fits. */
function cutPayload(random: Random, bytes: Buffer): Buffer {
  const length = random.between(9, bytes.length + 5)
  const cut = Buffer.concat([
    bytes.subarray(0, length),
    Buffer.alloc(Math.max(0, length - bytes.length)),
  ])
  cut.writeUInt32BE(cut.length - 4)
  return cut
}

/** Generates an invalid batch with valid checksums, or the other way round. */
function breakBatch(random: Random, correlation: number): Buffer {
  const bytes = generateBatch(random)
  const anyNumber = () => random.pick([0, 1, 2, 5, 100, 0xffff, 0x7fff_ffff, 0xffff_ffff])
  const kinds: [() => void, ...(() => void)[]] = [
    // The two sizes of a record: key with headers, and value.
    () => bytes.writeUInt32BE(anyNumber(), headerBytes),
    () => bytes.writeUInt32BE(anyNumber(), headerBytes + 4),
    // The count, the length, and bytes that have to be 0.
    () => bytes.writeUInt32BE(anyNumber(), 36),
    () => bytes.writeUInt32BE(anyNumber(), 4),
    () => (bytes[random.between(33, 35)] = random.between(1, 255)),
    () => (bytes[random.between(56, 63)] = random.between(1, 255)),
    () => (bytes[random.between(headerBytes, bytes.length - 1)] = random.between(0, 255)),
  ]
  random.pick(kinds)()
  if (random.chance(0.8)) bytes.writeUInt32BE(crc32c(bytes, headerBytes), 52)
  if (random.chance(0.9)) stamp(bytes, { baseOffset: 0n, durable: 0n, timeMs: 0n })
  return frame(types.PRODUCE, correlation, text('orders'), bytes)
}
