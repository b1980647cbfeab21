import { xxHash32 } from './xxhash32.ts'

const magic = 0x184d2204
/** Bit of a block's size that marks a block that is not compressed. */
const isStored = 0x80000000

/**
 * Decompresses an LZ4 frame block by block, with the limits of Kafka's decoder:
 * the blocks are independent, and the checksum of the content is not verified.
 *
 * @throws RangeError or Error where the frame is cut off or invalid
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function* decompressLz4(frame: Buffer): Generator<Buffer> {
  if (frame.readUInt32LE() !== magic) throw new Error('LZ4: no frame')
  const [flags, size] = [frame.readUInt8(4), frame.readUInt8(5)]
  const maxBytes = 2 ** (2 * (size >> 4) + 8)
  // Version 1, independent blocks, no dictionary.
  const isSupported = (flags & 0b1110_0011) === 0b0110_0000
  if (!isSupported || (size & 0b1000_1111) !== 0 || size < 0x40) {
    throw new Error('LZ4: unsupported frame')
  }
  const [hasBlockChecksum, hasSize] = [flags & 0b1_0000, flags & 0b1000]
  const hasChecksum = flags & 0b100
  const end = hasSize ? 14 : 6
  if (
    frame.readUInt8(end) !==
    ((xxHash32(frame.subarray(4, end)) >> 8) & 255)
  ) {
    throw new Error('LZ4: wrong checksum of the frame')
  }
  for (let at = end + 1; ;) {
    const header = frame.readUInt32LE(at)
    const length = header % isStored
    const block = frame.subarray(at + 4, at + 4 + length)
    if (length === 0) {
      if (hasChecksum) frame.readUInt32LE(at + 4)
      return
    }
    at += 4 + length
    if (length > maxBytes || at > frame.length) {
      throw new Error('LZ4: wrong size of a block')
    }
    if (hasBlockChecksum && frame.readUInt32LE(at) !== xxHash32(block)) {
      throw new Error('LZ4: wrong checksum of a block')
    }
    if (hasBlockChecksum) at += 4
    yield header < isStored ? decompressBlock(block, maxBytes) : block
  }
}

/** @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function decompressBlock(block: Buffer, maxBytes: number): Buffer {
  const output = Buffer.alloc(maxBytes)
  let [from, to] = [0, 0]
  const readLength = (nibble: number) => {
    let length = nibble
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; from++) {
      byte = block.readUInt8(from)
      length += byte
    }
    return length
  }
  for (;;) {
    const token = block.readUInt8(from++)
    const literals = readLength(token >> 4)
    if (from + literals > block.length || to + literals > maxBytes) break
    to += block.copy(output, to, from, from + literals)
    from += literals
    if (from === block.length) return output.subarray(0, to)
    // The last 5 bytes are literals, and a match takes 3 bytes before them.
    if (block.length - from < 8 || maxBytes - to < 8) break
    const start = to - block.readUInt16LE(from)
    from += 2
    const length = 4 + readLength(token & 15)
    if (start < 0 || to + length > maxBytes) break
    // Copies forward, since a match may overlap what it produces.
    for (let index = 0; index < length; index++) {
      output[to + index] = output[start + index] as number
    }
    to += length
  }
  throw new Error('LZ4: invalid block')
}
