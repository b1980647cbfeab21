import { encodeBatch, stamp } from '../../examples/lean-bus/src/protocol/format.ts'
import { encodeRecord, type BatchRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { createRandom } from '../random.ts'

/** The identity of a sent record: its producer and its place in that producer's sequence. */
export interface Sent {
  readonly producer: string
  readonly sequence: number
}

const noiseBytes = 64 * 1024
const noise = createRandom('noise').bytes(noiseBytes)

/** Makes the record that a producer sends under a sequence number. The two decide all of its bytes. */
export function makeRecord({ producer, sequence }: Sent): BatchRecord {
  const mixed = Math.imul(sequence + 1, 0x9e3779b1) >>> 0
  return {
    key: Buffer.from(`${producer}:${sequence}`),
    value: mixed % 8 === 1 ? makeForeignBatch(mixed) : sliceNoise(mixed),
    headers: [[Buffer.from('sequence'), Buffer.from(String(sequence))]],
  }
}

/** Most slices are small. One in 16 is larger than a page of the disk. */
function sliceNoise(mixed: number): Buffer {
  const length = mixed % 16 === 0 ? 4096 + (mixed % 5000) : mixed % 500
  const start = mixed % (noiseBytes - length)
  return noise.subarray(start, start + length)
}

/** A batch of another log, as a value. Recovery must not take it for a batch of the log that holds it. */
function makeForeignBatch(mixed: number): Buffer {
  const batch = encodeBatch([encodeRecord({ key: '', value: sliceNoise(mixed) })])
  const offset = BigInt(mixed)
  return stamp(batch, { baseOffset: offset, durable: offset, timeMs: 0n })
}

/** Identifies a record by its key. Returns undefined if any of its bytes is wrong. */
export function identifyRecord(record: BatchRecord): Sent | undefined {
  const [producer = '', sequence] = String(record.key).split(':')
  const sent = { producer, sequence: Number(sequence) }
  return encodeRecord(record).equals(encodeRecord(makeRecord(sent))) ? sent : undefined
}
