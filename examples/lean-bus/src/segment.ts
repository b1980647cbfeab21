import { BusError } from './errors.ts'
import type { Folder, LogFile } from './files.ts'
import { batchesIn, headerBytes, readHeader, type Header } from './format.ts'

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

function newSegment(name: string, file: LogFile, base: bigint): Segment {
  return { name, file, base, size: 0, timeMs: 0, index: [] }
}

/** Notes where a batch begins, if it is far enough from the one before. */
export function indexBatch({ index }: Segment, offset: bigint, at: number) {
  const last = index.at(-1)
  if (!last || at - last.at >= indexBytes) index.push({ offset, at })
}

/**
 * Checks every byte of a segment and cuts off a torn tail, of which `warn` is
 * told. Each intact header goes to `found`.
 *
 * @param mayBeTorn whether the segment was still written to when the broker
 *   ended, and the broker did not end in order
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function recoverSegment(
  folder: Folder,
  name: string,
  mayBeTorn: boolean,
  found: (header: Header) => void,
  warn: (text: string) => void,
) {
  const file = await folder.open(name)
  const segment = newSegment(name, file, BigInt(name.slice(0, 20)))
  try {
    const bytes = await file.read(0, await file.size())
    let end = segment.base
    for (const { header, at, batch } of batchesIn(bytes)) {
      if (header.baseOffset !== end) break
      found(header)
      indexBatch(segment, end, at)
      end = after(header)
      segment.timeMs = Number(header.timeMs)
      segment.size = at + batch.length
    }
    if (segment.size < bytes.length) {
      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')
      refuseAcknowledged(name, bytes, segment.size, end)
      const cut = `${bytes.length - segment.size} bytes from ${segment.size}`
      warn(`${name}: a torn tail, ${cut} cut off`)
      await file.truncate(segment.size)
    }
    return { segment, end }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Looks for a header that proves that what is damaged was acknowledged. */
function refuseAcknowledged(
  name: string,
  bytes: Buffer,
  at: number,
  end: bigint,
) {
  for (let later = at + 1; later + headerBytes <= bytes.length; later++) {
    const header = readHeader(bytes, later)
    if (!header || header.durable <= end) continue
    const detail = `the batch at ${later} says that all before`
    throw damaged(name, at, `${detail} ${header.durable} was synced`)
  }
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
