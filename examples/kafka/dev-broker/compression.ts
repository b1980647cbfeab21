import { decompressGzip } from './gzip.ts'
import { decompressLz4 } from './lz4.ts'
import { decompressSnappy } from './snappy.ts'
import { decompressZstd } from './zstd.ts'

/** Kafka decompresses in a stream and has no limit. In bytes. */
const maxOutputLength = 64 * 1_024 * 1_024

/** Decoders by the number of the codec in a batch. Each yields what it can. */
export const decoders: Record<number, (bytes: Buffer) => Iterable<Buffer>> = {
  0: (bytes) => [bytes],
  1: (bytes) => decompressGzip(bytes, maxOutputLength),
  *2(bytes) {
    yield decompressSnappy(bytes, maxOutputLength)
  },
  3: decompressLz4,
  4: (bytes) => decompressZstd(bytes, maxOutputLength),
}
