import { BusError } from '../protocol/errors.ts'
import {
  batchesIn,
  headerBytes,
  readHeader,
  type Header,
  stamp,
} from '../protocol/format.ts'
import type { Folder, LogFile, ReadOnlyFolder } from './files.ts'

/** A file of a log: consecutive batches from a base offset on. */
export interface Segment {
  name: string
  file: LogFile
  base: bigint
  /** Synced bytes. Readers don't see what follows them. */
  size: number
  /** Time of the newest batch. */
  timeMs: number
  /** Offset and position of about one batch per 64 KiB. */
  index: { offset: bigint; at: number }[]
}

const indexBytes = 64 * 1024

/** The offset after the last record of a batch. */
export const endOffset = ({ baseOffset, count }: Header) =>
  baseOffset + BigInt(count)

export const isSegment = (name: string) => /^\d{20}\.log$/.test(name)

/** Lists the names of a folder's segments, oldest first. */
export async function listSegments(folder: ReadOnlyFolder) {
  const names = await folder.list()
  return names.filter(isSegment).sort()
}

/** Creates a segment. Its name is on the disk afterwards. */
export async function createSegment(folder: Folder, base: bigint) {
  const name = `${String(base).padStart(20, '0')}.log`
  const file = await folder.create(name)
  await folder.sync()
  return newSegment(name, file, base)
}

export function newSegment(name: string, file: LogFile, base: bigint): Segment {
  return { name, file, base, size: 0, timeMs: 0, index: [] }
}

/** Adds a batch to the index if the last entry is far enough away. */
export function indexBatch({ index }: Segment, offset: bigint, at: number) {
  const last = index.at(-1)
  if (!last || at - last.at >= indexBytes) index.push({ offset, at })
}

/**
 * Stamps the batches of a group commit, which go to the end of a segment.
 *
 * @param durable the end of the log before them
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
  // One write for the whole group. A single batch needs no copy.
  const batches = group.map(({ batch }) => batch)
  const bytes = batches.length === 1 ? batches[0]! : Buffer.concat(batches)
  return { bases, bytes, next }
}

/**
 * Reads about `maxBytes` of whole batches from byte `at` of a segment, at least
 * one. Skips batches before `offset`; `size` counts their bytes too. `next` is
 * the offset after the last batch.
 *
 * @throws BusError STORAGE for bytes that have changed since they were written
 */
export async function readBatches(
  { file, name, size }: Segment,
  at: number,
  { offset, maxBytes }: { offset: bigint; maxBytes: number },
) {
  const wanted = Math.max(maxBytes, headerBytes)
  let bytes = await file.read(at, Math.min(wanted, size - at))
  const first = readHeader(bytes)
  if (first && first.length > bytes.length) {
    bytes = await file.read(at, first.length)
  }
  let [from, to, next] = [0, 0, offset]
  for (const { header, batch } of batchesIn(bytes)) {
    to += batch.length
    if (endOffset(header) <= offset) from = to
    else next = endOffset(header)
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
