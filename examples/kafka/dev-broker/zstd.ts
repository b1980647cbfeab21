import zlib from 'node:zlib'

/**
 * Decompresses Zstandard frame by frame, like Kafka. Node's own function stops
 * after the first frame.
 *
 * @param maxOutputLength of a frame, in bytes
 * @throws Error where the bytes are cut off or invalid
 */
export function* decompressZstd(
  bytes: Buffer,
  maxOutputLength: number,
): Generator<Buffer> {
  const options = { info: true, maxOutputLength }
  for (let rest = bytes; rest.length > 0;) {
    try {
      const inflated: unknown = zlib.zstdDecompressSync(rest, options)
      const { buffer, engine } = inflated as Inflated
      rest = rest.subarray(engine.bytesWritten)
      yield buffer
    } catch (error) {
      // Kafka gives out what there is of a frame that is cut off.
      const finishFlush = zlib.constants.ZSTD_e_flush
      yield zlib.zstdDecompressSync(rest, { finishFlush, maxOutputLength })
      throw error
    }
  }
}

interface Inflated {
  buffer: Buffer
  engine: zlib.ZstdDecompress
}
