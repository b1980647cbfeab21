/** Bytes that are not a Kafka request. As in Kafka, closes the connection. */
export class MalformedError extends Error {}

/**
 * Splits a connection into frames: the length as an int32, then the bytes.
 *
 * @param limit in bytes. A longer or negative length throws before anything is
 * buffered. "GET " and the first bytes of TLS read as lengths over 300 MB, so
 * this check also closes connections that speak HTTP.
 */
export async function* readFrames(
  source: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let buffered = 0
  let wanted = 4
  for await (const chunk of source) {
    parts.push(chunk)
    buffered += chunk.length
    while (buffered >= wanted) {
      const bytes = Buffer.concat(parts)
      const size = bytes.readInt32BE()
      if (size < 0 || size > limit) {
        throw new MalformedError(`Invalid frame size: ${size} bytes`)
      }
      wanted = 4 + size
      if (buffered < wanted) {
        parts = [bytes]
        break
      }
      yield bytes.subarray(4, wanted)
      parts = [bytes.subarray(wanted)]
      buffered -= wanted
      wanted = 4
    }
  }
}
