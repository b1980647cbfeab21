import zlib from 'node:zlib'

/** Flags in the header of a member. */
const flags = { checksum: 2, extra: 4, name: 8, comment: 16 }
const trailerBytes = 8
/** The header without its optional fields, and the trailer. */
const smallestMember = 18

/**
 * Decompresses gzip as Java does: it gives out the content of a member before
 * it checks the trailer, and ignores bytes after the last member. Node's own
 * function does neither.
 *
 * @param maxOutputLength of a member, in bytes
 * @throws RangeError or Error where the bytes are cut off or invalid
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export function* decompressGzip(
  bytes: Buffer,
  maxOutputLength: number,
): Generator<Buffer> {
  // What there is of a stream that is cut off.
  const finishFlush = zlib.constants.Z_SYNC_FLUSH
  const options = { info: true, finishFlush, maxOutputLength }
  let start: number | undefined = endOfHeader(bytes, 0)
  while (start !== undefined) {
    const inflated: unknown = zlib.inflateRawSync(
      bytes.subarray(start),
      options,
    )
    const { buffer, engine } = inflated as {
      buffer: Buffer
      engine: zlib.InflateRaw
    }
    yield buffer
    const end = start + engine.bytesWritten
    const size = bytes.readUInt32LE(end + 4)
    if (
      bytes.readUInt32LE(end) !== zlib.crc32(buffer) ||
      size !== buffer.length
    ) {
      throw new Error('Gzip: wrong checksum')
    }
    start = nextMember(bytes, end + trailerBytes)
  }
}

/** Returns where the data of the next member start, if there is one. */
function nextMember(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at <= smallestMember) return undefined
  try {
    return endOfHeader(bytes, at)
  } catch {
    return undefined
  }
}

function endOfHeader(bytes: Buffer, start: number): number {
  if (
    bytes.readUInt16BE(start) !== 0x1f8b ||
    bytes.readUInt8(start + 2) !== 8
  ) {
    throw new Error('Gzip: no header')
  }
  const has = bytes.readUInt8(start + 3)
  let at = start + 10
  if (has & flags.extra) at += 2 + bytes.readUInt16LE(at)
  for (const text of [flags.name, flags.comment]) {
    while (has & text && bytes.readUInt8(at++) !== 0);
  }
  if (!(has & flags.checksum)) return at
  const checksum = zlib.crc32(bytes.subarray(start, at)) & 0xffff
  if (bytes.readUInt16LE(at) !== checksum) throw new Error('Gzip: wrong header')
  return at + 2
}
