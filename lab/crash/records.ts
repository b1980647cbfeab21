import { encodeBatch, stamp } from '../../examples/lean-bus/src/protocol/format.ts'
import { encodeRecord, type BatchRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { createRandom } from '../random.ts'

/** A record that is sent: its producer and its place in that producer's sequence. */
export interface Sent {
  readonly producer: string
  readonly sequence: number
}

const noiseBytes = 64 * 1024
const noise = createRandom('noise').bytes(noiseBytes)

/** The record that a producer sends under a sequence number: everything in it follows from the two. */
export function recordOf({ producer, sequence }: Sent): BatchRecord {
  const mixed = Math.imul(sequence + 1, 0x9e3779b1) >>> 0
  return {
    key: `${producer}:${sequence}`,
    value: mixed % 8 === 1 ? foreignBatch(mixed) : noiseOf(mixed),
    headers: { sequence: String(sequence) },
  }
}

/** Mostly small; one in 16 larger than a page of the disk. */
function noiseOf(mixed: number): Buffer {
  const length = mixed % 16 === 0 ? 4096 + (mixed % 5000) : mixed % 500
  const start = mixed % (noiseBytes - length)
  return noise.subarray(start, start + length)
}

/** A batch of another log, as whoever copies one into a topic would publish it: a start must not take it for one of ours. */
function foreignBatch(mixed: number): Buffer {
  const batch = encodeBatch([encodeRecord({ key: '', value: noiseOf(mixed), headers: {} })])
  const offset = BigInt(mixed)
  return stamp(batch, { baseOffset: offset, durable: offset, timeMs: 0n })
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
