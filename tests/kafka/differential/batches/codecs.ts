import { compressionsAlgorithms, crc32c } from '@platformatic/kafka'
import fc from 'fast-check'
import zlib from 'node:zlib'
import { xxHash32 } from '../../../../examples/kafka/dev-broker/xxhash32.ts'

/** Compressed bytes with the codec that a batch names. */
export interface Payload {
  readonly codec: number
  readonly bytes: Buffer
}

const [none, gzip, snappy, lz4, zstd] = [0, 1, 2, 3, 4]

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const uint32LE = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const snappyBlock = (bytes: Buffer): Buffer => compressionsAlgorithms.snappy.compressSync(bytes)

/** Java's framing of Snappy: magic bytes, two versions, blocks with their length. */
function snappyStream(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1
  const blocks = [bytes.subarray(0, middle), bytes.subarray(middle)].map(snappyBlock)
  const head = Buffer.from('82534e41505059000000000100000001', 'hex')
  return Buffer.concat([head, ...blocks.flatMap((block) => [int32(block.length), block])])
}

/** Encodes an LZ4 frame of one block with these flags. */
function lz4Frame(bytes: Buffer, flags: number, size = 0x40): Buffer {
  const block = lz4Block(bytes)
  const contentSize = flags & 8 ? [Buffer.alloc(8, 1)] : []
  const descriptor = Buffer.concat([Buffer.of(flags, size), ...contentSize])
  return Buffer.concat([
    Buffer.from('04224d18', 'hex'),
    descriptor,
    Buffer.of((xxHash32(descriptor) >> 8) & 255),
    uint32LE(block.length),
    block,
    ...(flags & 16 ? [uint32LE(xxHash32(block))] : []),
    uint32LE(0),
    ...(flags & 4 ? [uint32LE(crc32c(bytes))] : []),
  ])
}

/** Takes the only block out of a frame of the client. */
function lz4Block(bytes: Buffer): Buffer {
  const frame: Buffer = compressionsAlgorithms.lz4.compressSync(bytes)
  return frame.subarray(11, 11 + (frame.readUInt32LE(7) & 0x7fffffff))
}

/** Never damaged: Kafka's error for a missing checksum depends on where its decoder notices. */
const sealed = 'lz4 with a checksum'

type Encoder = readonly [codec: number, encode: (bytes: Buffer) => Buffer]

/** Ways to compress that Kafka reads, by name. */
const valid: Record<string, Encoder> = {
  plain: [none, (bytes) => bytes],
  gzip: [gzip, (bytes) => zlib.gzipSync(bytes)],
  'gzip of two members': [
    gzip,
    (bytes) =>
      Buffer.concat([zlib.gzipSync(bytes.subarray(0, 9)), zlib.gzipSync(bytes.subarray(9))]),
  ],
  snappy: [snappy, snappyBlock],
  'framed snappy': [snappy, snappyStream],
  lz4: [lz4, (bytes) => compressionsAlgorithms.lz4.compressSync(bytes)],
  'lz4 with a block checksum': [lz4, (bytes) => lz4Frame(bytes, 0x70)],
  'lz4 with its size': [lz4, (bytes) => lz4Frame(bytes, 0x68)],
  [sealed]: [lz4, (bytes) => lz4Frame(bytes, 0x64)],
  zstd: [zstd, (bytes) => zlib.zstdCompressSync(bytes)],
  'zstd with a checksum': [
    zstd,
    (bytes) =>
      zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
  ],
}

/** Ways to compress that Kafka does not read. */
const invalid: Record<string, Encoder> = {
  'gzip with a wrong checksum': [
    gzip,
    (bytes) => {
      const stream = zlib.gzipSync(bytes)
      return stream.fill(7, stream.length - 8, stream.length - 4)
    },
  ],
  deflate: [gzip, (bytes) => zlib.deflateSync(bytes)],
  'framed snappy twice': [snappy, (bytes) => snappyStream(snappyStream(bytes))],
  'lz4 of linked blocks': [lz4, (bytes) => lz4Frame(bytes, 0x40)],
  'lz4 version 2': [lz4, (bytes) => lz4Frame(bytes, 0xa0)],
  'lz4 with reserved bits': [lz4, (bytes) => lz4Frame(bytes, 0x62)],
  'lz4 with tiny blocks': [lz4, (bytes) => lz4Frame(bytes, 0x60, 0x30)],
  'codec 5': [5, (bytes) => bytes],
  'codec 6': [6, (bytes) => bytes],
  'codec 7': [7, (bytes) => bytes],
}

const damages: Record<string, (bytes: Buffer, at: number) => Buffer> = {
  'cut off': (bytes, at) => bytes.subarray(0, at),
  'one byte less': (bytes) => bytes.subarray(0, -1),
  'five bytes less': (bytes) => bytes.subarray(0, -5),
  'extra bytes': (bytes) => Buffer.concat([bytes, Buffer.from('extra')]),
  'a zero more': (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
  'another byte': (bytes, at) => {
    const copy = Buffer.from(bytes)
    if (at < copy.length) copy.writeUInt8(copy.readUInt8(at) ^ 0x15, at)
    return copy
  },
  nothing: () => Buffer.alloc(0),
  text: () => Buffer.from('these bytes are not compressed'),
}

const names = (encoders: Record<string, Encoder>) => fc.constantFrom(...Object.keys(encoders))

/** Generates ways to compress bytes. */
export const compressions = fc
  .record({
    encoder: fc.oneof({ weight: 3, arbitrary: names(valid) }, names(invalid)),
    damage: fc.oneof(fc.constant(''), fc.constantFrom(...Object.keys(damages))),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ encoder, damage, at }) => ({
    description: `${encoder} ${damage && `${damage} at ${at.toFixed(3)}`}`,
    compress(bytes: Buffer): Payload {
      const [codec, encode] = { ...valid, ...invalid }[encoder] as Encoder
      const encoded = encode(bytes)
      const change = encoder === sealed ? undefined : damages[damage]
      return { codec, bytes: change?.(encoded, Math.trunc(at * encoded.length)) ?? encoded }
    },
  }))
