import type { BatchRecord } from '../../examples/lean-bus/src/records.ts'
import { createRandom } from './random.ts'

/** A record that is sent: its producer and its place in that producer's sequence. */
export interface Sent {
  readonly producer: string
  readonly sequence: number
}

const noiseBytes = 64 * 1024
const random = createRandom('noise')
const noise = Buffer.from(Array.from({ length: noiseBytes }, () => random.between(0, 255)))

/** The record that a producer sends under a sequence number: everything in it follows from the two. */
export function recordOf({ producer, sequence }: Sent): BatchRecord {
  const mixed = Math.imul(sequence + 1, 0x9e3779b1) >>> 0
  // Mostly small; one in 16 larger than a page of the disk.
  const length = mixed % 16 === 0 ? 4096 + (mixed % 5000) : mixed % 500
  const start = mixed % (noiseBytes - length)
  return {
    key: `${producer}:${sequence}`,
    value: noise.subarray(start, start + length),
    headers: { sequence: String(sequence) },
  }
}

/** Which record this is, if every byte of it is right. */
export function sentOf({ key, value, headers }: BatchRecord): Sent | undefined {
  const [producer = '', sequence] = key.split(':')
  const sent = { producer, sequence: Number(sequence) }
  const right = recordOf(sent)
  const isRight =
    key === right.key &&
    headers['sequence'] === right.headers['sequence'] &&
    Object.keys(headers).length === 1 &&
    Buffer.compare(value, right.value) === 0
  return isRight ? sent : undefined
}
