const [prime1, prime2, prime3, prime4, prime5] = [
  0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1,
] as const

const rotate = (word: number, bits: number) =>
  (word << bits) | (word >>> (32 - bits))

const mix = (lane: number, word: number) =>
  Math.imul(rotate(lane + Math.imul(word, prime2), 13), prime1)

/** XXH32 with seed 0, which LZ4 frames use. */
export function xxHash32(bytes: Buffer): number {
  let at = 0
  let hash: number = prime5
  if (bytes.length >= 16) {
    const lanes = [prime1 + prime2, prime2, 0, -prime1]
    for (; at + 16 <= bytes.length; at += 16) {
      for (const [index, lane] of lanes.entries()) {
        lanes[index] = mix(lane, bytes.readUInt32LE(at + 4 * index))
      }
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  }
  hash += bytes.length
  for (; at + 4 <= bytes.length; at += 4) {
    hash += Math.imul(bytes.readUInt32LE(at), prime3)
    hash = Math.imul(rotate(hash, 17), prime4)
  }
  for (; at < bytes.length; at++) {
    hash += Math.imul(bytes.readUInt8(at), prime5)
    hash = Math.imul(rotate(hash, 11), prime1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}
