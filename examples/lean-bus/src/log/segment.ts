import { BusError } from '../protocol/errors.ts'
import type { Folder, LogFile } from './files.ts'
import {
  batchesIn,
  headerBytes,
  readHeader,
  type Header,
  stamp,
} from '../protocol/format.ts'

/** One file of a log: batches without a gap, from a base offset on. */
export interface Segment {
  name: string
  file: LogFile
  base: bigint
  /** Synced bytes: what lies behind them is nobody's yet. */
  size: number
  /** Of the newest batch. */
  timeMs: number
  /** About every 64 KiB: which batch begins at which byte. */
  index: { offset: bigint; at: number }[]
}

const indexBytes = 64 * 1024

/** The offset after a batch. */
export const after = ({ baseOffset, count }: Header) =>
  baseOffset + BigInt(count)

/** The names of a folder's segments, oldest first. */
export async function segmentNames(folder: Folder) {
  const names = await folder.list()
  return names.filter((name) => /^\d{20}\.log$/.test(name)).sort()
}

/** A new segment, whose name is on the disk. */
export async function createSegment(folder: Folder, base: bigint) {
  const name = `${String(base).padStart(20, '0')}.log`
  const file = await folder.create(name)
  await folder.sync()
  return newSegment(name, file, base)
}

export function newSegment(name: string, file: LogFile, base: bigint): Segment {
  return { name, file, base, size: 0, timeMs: 0, index: [] }
}

/** Notes where a batch begins, if it is far enough from the one before. */
export function indexBatch({ index }: Segment, offset: bigint, at: number) {
  const last = index.at(-1)
  if (!last || at - last.at >= indexBytes) index.push({ offset, at })
}

/**
 * Stamps batches that are to be written at the end of a segment together, after
 * a log whose end is `durable`. `bytes` are all of them.
 */
export function stampGroup(
  segment: Segment,
  group: readonly { batch: Buffer; count: number }[],
  durable: bigint,
) {
  segment.timeMs = Date.now()
  const timeMs = BigInt(segment.timeMs)
  let next = durable
  let at = segment.size
  const bases = group.map(({ batch, count }) => {
    const baseOffset = next
    stamp(batch, { baseOffset, durable, timeMs })
    indexBatch(segment, baseOffset, at)
    next += BigInt(count)
    at += batch.length
    return baseOffset
  })
  // A copy of several, so that one write is enough; a single one needs none.
  const batches = group.map(({ batch }) => batch)
  const bytes = batches.length === 1 ? batches[0]! : Buffer.concat(batches)
  return { bases, bytes, next }
}

/**
 * The batches of a segment from byte `at` on, without those that lie before
 * `offset`: about `maxBytes` of them, and at least one. `size` is what was
 * passed over with them, `next` the offset after them.
 *
 * @throws BusError STORAGE for bytes that have changed since the start
 */
export async function readBatches(
  { file, name, size }: Segment,
  at: number,
  { offset, maxBytes }: { offset: bigint; maxBytes: number },
) {
  const most = Math.max(maxBytes, headerBytes)
  let bytes = await file.read(at, Math.min(most, size - at))
  const first = readHeader(bytes)
  if (first && first.length > bytes.length) {
    bytes = await file.read(at, first.length)
  }
  let [from, to, next] = [0, 0, offset]
  for (const { header, batch } of batchesIn(bytes)) {
    to += batch.length
    if (after(header) <= offset) from = to
    else next = after(header)
  }
  const cut =
    bytes.length - to < headerBytes ? Infinity : readHeader(bytes, to)?.length
  const isCut = to > 0 && cut !== undefined && to + cut > bytes.length
  if (to < bytes.length && !isCut) {
    throw damaged(name, at + to, 'it has changed since the start')
  }
  return { bytes: bytes.subarray(from, to), size: to, next }
}

export function damaged(name: string, at: number, detail: string) {
  return new BusError('STORAGE', `${name} is damaged at byte ${at}: ${detail}`)
}
