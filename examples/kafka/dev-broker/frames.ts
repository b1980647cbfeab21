/** Bytes that are no Kafka request; the connection is closed, as Kafka does. */
export class MalformedError extends Error {}

/**
 * The frames of a connection: an int32 with the length, then as many bytes.
 * @param limit bytes; a longer or negative length throws before anything is
 * kept. "GET " and the first bytes of TLS read as lengths beyond 300 MB, so
 * this is also what closes a connection that speaks HTTP.
 */
export async function* readFrames(
  source: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let held = 0
  let wanted = 4
  for await (const chunk of source) {
    parts.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      const bytes = Buffer.concat(parts)
      const size = bytes.readInt32BE()
      if (size < 0 || size > limit) {
        throw new MalformedError(`A frame of ${size} bytes`)
      }
      wanted = 4 + size
      if (held < wanted) {
        parts = [bytes]
        break
      }
      yield bytes.subarray(4, wanted)
      parts = [bytes.subarray(wanted)]
      held -= wanted
      wanted = 4
    }
  }
}
