import type { Folder } from './files.ts'
import {
  batchesIn,
  headerBytes,
  readHeader,
  type Header,
} from '../protocol/format.ts'
import { readMarker } from './marker.ts'
import { leastRecord } from '../protocol/records.ts'
import {
  after,
  damaged,
  indexBatch,
  newSegment,
  segmentNames,
  type Segment,
} from './segment.ts'

/**
 * Opens the segments of a log, checks every byte and changes nothing. Each
 * intact header goes to `found`. What is `torn`, in bytes, lies behind the end
 * of the last segment and was never acknowledged.
 *
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function openSegments(
  folder: Folder,
  found: (header: Header) => void = () => {},
) {
  const marked = await readMarker(folder)
  const names = await segmentNames(folder)
  const segments: Segment[] = []
  let end = 0n
  let torn = 0
  try {
    for (const name of names) {
      const mayBeTorn = marked === undefined && name === names.at(-1)
      const opened = await openSegment(folder, name, mayBeTorn, found)
      segments.push(opened.segment)
      const { base } = opened.segment
      if (segments.length > 1 && base !== end) {
        throw damaged(name, 0, `offsets from ${end} to ${base} are missing`)
      }
      end = opened.end
      torn = opened.torn
    }
    if (marked !== undefined && marked !== end) {
      const detail = `the log was closed with its end at ${marked}, not ${end}`
      throw damaged(names.at(-1) ?? 'the log', 0, detail)
    }
    return { segments, end, torn }
  } catch (error) {
    for (const { file } of segments) await file.close()
    throw error
  }
}

/** @param mayBeTorn it was written to when the broker ended, and not in order */
async function openSegment(
  folder: Folder,
  name: string,
  mayBeTorn: boolean,
  found: (header: Header) => void,
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
    const torn = bytes.length - segment.size
    if (torn > 0) {
      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')
      refuseAcknowledged(name, bytes, segment.size, end)
    }
    return { segment, end, torn }
  } catch (error) {
    await file.close()
    throw error
  }
}

// #region torn-tail
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
    // A value may hold a batch of another log: its offset does not fit here.
    const between = header.baseOffset - end
    const room = Math.floor((later - at - headerBytes) / leastRecord)
    if (between < 1n || between > room) continue
    const detail = `the batch at ${later} says that all before`
    throw damaged(name, at, `${detail} ${header.durable} was synced`)
  }
}
// #endregion
