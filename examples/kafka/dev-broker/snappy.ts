/** Starts Java's framing of Snappy blocks, which most clients of Kafka use. */
const magic = Buffer.from('82534e4150505900', 'hex')
/** Length of the magic bytes and two versions. */
const headerBytes = 16

/**
 * Decompresses Snappy: one bare block, or Java's framing.
 *
 * @param maxBytes the largest block to decompress
 * @throws RangeError or Error where the bytes are cut off or invalid
 */
export function decompressSnappy(bytes: Buffer, maxBytes: number): Buffer {
  const isMagic = (at: number) => bytes.subarray(at, at + 8).equals(magic)
  if (bytes.length < headerBytes || !isMagic(0)) {
    return decompressBlock(bytes, maxBytes)
  }
  const blocks: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    if (isMagic(at)) {
      // Streams may be concatenated.
      at += headerBytes
      if (at > bytes.length) throw new Error('Snappy: cut off')
      continue
    }
    const start = at + 4
    at = start + bytes.readUInt32BE(at)
    if (at > bytes.length) throw new Error('Snappy: cut off')
    blocks.push(decompressBlock(bytes.subarray(start, at), maxBytes))
  }
  return Buffer.concat(blocks)
}

/** @see https://github.com/google/snappy/blob/main/format_description.txt */
function decompressBlock(block: Buffer, maxBytes: number): Buffer {
  let [length, from, to] = [0, 0, 0]
  for (let byte = 128; byte >= 128; from++) {
    byte = block.readUInt8(from)
    length += (byte & 127) * 2 ** (7 * from)
  }
  const check = (isValid: boolean) => {
    if (!isValid) throw new Error('Snappy: invalid block')
  }
  check(length <= maxBytes)
  const output = Buffer.alloc(length)
  const take = (size: number) => block.readUIntLE((from += size) - size, size)
  while (from < block.length) {
    const tag = take(1)
    const kind = tag & 3
    if (kind === 0) {
      const size = 1 + (tag < 240 ? tag >> 2 : take((tag >> 2) - 59))
      check(from + size <= block.length && to + size <= length)
      to += block.copy(output, to, from, (from += size))
    } else {
      const size = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
      const offset =
        kind === 1 ? ((tag >> 5) << 8) + take(1) : take(2 * (kind - 1))
      check(offset > 0 && offset <= to && to + size <= length)
      // Copies forward, since a copy may overlap what it produces.
      for (const end = to + size; to < end; to++) {
        output[to] = output[to - offset] as number
      }
    }
  }
  check(to === length)
  return output
}
