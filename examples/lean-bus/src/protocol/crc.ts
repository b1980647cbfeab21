/** The Castagnoli polynomial with its bits reversed. */
const polynomial = 0x82f63b78

/** Sixteen tables of 256: table k advances a byte past k more bytes. */
const tables = new Int32Array(16 * 256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  }
  tables[byte] = crc
}
for (let i = 256; i < tables.length; i++) {
  const previous = tables[i - 256]!
  tables[i] = (previous >>> 8) ^ tables[previous & 0xff]!
}

/** Advances a little-endian word past `count` more bytes. */
function advance(word: number, count: number) {
  const at = count * 256
  return (
    tables[at + 768 + (word & 0xff)]! ^
    tables[at + 512 + ((word >>> 8) & 0xff)]! ^
    tables[at + 256 + ((word >>> 16) & 0xff)]! ^
    tables[at + (word >>> 24)]!
  )
}

/** CRC32C (RFC 3720, B.4) of bytes `start` to `end`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let crc = -1
  let i = start
  // Slicing by 16: the lookups are independent, so the CPU runs them in
  // parallel.
  for (; i + 16 <= end; i += 16) {
    crc =
      advance(crc ^ view.getInt32(i, true), 12) ^
      advance(view.getInt32(i + 4, true), 8) ^
      advance(view.getInt32(i + 8, true), 4) ^
      advance(view.getInt32(i + 12, true), 0)
  }
  for (; i < end; i++) {
    crc = (crc >>> 8) ^ tables[(crc ^ bytes[i]!) & 0xff]!
  }
  return ~crc >>> 0
}
