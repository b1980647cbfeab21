import { BusError } from '../protocol/errors.ts'
import {
  batchesIn,
  headerBytes,
  readHeader,
  type Header,
} from '../protocol/format.ts'
import { minRecordBytes } from '../protocol/records.ts'
import type { ReadOnlyFolder } from './files.ts'
import { markerName, readMarker } from './marker.ts'
import {
  damaged,
  endOffset,
  indexBatch,
  listSegments,
  newSegment,
  type Segment,
} from './segment.ts'

/**
 * Opens the segments of a log and checks every byte, without a change. Calls
 * `onHeader` for each batch. `torn` is the number of bytes after the end of the
 * log, which were never acknowledged.
 *
 * @throws BusError STORAGE, with the file, when it cannot be read or when
 *   acknowledged bytes are damaged
 */
export async function openSegments(
  folder: ReadOnlyFolder,
  onHeader: (header: Header) => void = () => {},
) {
  const marked = await readMarker(folder).catch(unreadable(markerName))
  const names = await listSegments(folder)
  const segments: Segment[] = []
  let end = 0n
  let torn = 0
  try {
    for (const name of names) {
      const mayBeTorn = marked === undefined && name === names.at(-1)
      const opened = await openSegment(folder, name, mayBeTorn, onHeader)
      segments.push(opened.segment)
      const { base } = opened.segment
      if (segments.length > 1 && base !== end) {
        throw damaged(name, 0, `offsets from ${end} to ${base} are missing`)
      }
      end = opened.end
      torn = opened.torn
    }
    if (marked !== undefined && marked !== end) {
      const detail = `the log was closed at offset ${marked}, but ends at ${end}`
      throw damaged(names.at(-1) ?? 'the log', 0, detail)
    }
    return { segments, end, torn }
  } catch (error) {
    for (const { file } of segments) await file.close()
    throw error
  }
}

/** Adds the name to an error of the system, which may lack it. */
const unreadable = (name: string) => (cause: Error) => {
  const detail = `${name} cannot be read: ${cause.message}`
  throw new BusError('STORAGE', detail, { cause })
}

/** @param mayBeTorn whether a crash may have interrupted a write to it */
async function openSegment(
  folder: ReadOnlyFolder,
  name: string,
  mayBeTorn: boolean,
  onHeader: (header: Header) => void,
) {
  const file = await folder.open(name).catch(unreadable(name))
  const segment = newSegment(name, file, BigInt(name.slice(0, 20)))
  try {
    const size = await file.size()
    const bytes = await file.read(0, size).catch(unreadable(name))
    let end = segment.base
    for (const { header, at, batch } of batchesIn(bytes)) {
      if (header.baseOffset !== end) break
      onHeader(header)
      indexBatch(segment, end, at)
      end = endOffset(header)
      segment.timeMs = Number(header.timeMs)
      segment.size = at + batch.length
    }
    const torn = bytes.length - segment.size
    if (torn > 0) {
      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')
      throwIfAcknowledged(name, bytes, segment.size, end)
    }
    return { segment, end, torn }
  } catch (error) {
    await file.close()
    throw error
  }
}

// #region torn-tail
/** Throws if a later header proves that the damaged bytes were acknowledged. */
function throwIfAcknowledged(
  name: string,
  bytes: Buffer,
  at: number,
  end: bigint,
) {
  for (let later = at + 1; later + headerBytes <= bytes.length; later++) {
    const header = readHeader(bytes, later)
    if (!header || header.durable <= end) continue
    // A value may contain a batch of another log, whose offset doesn't fit.
    const between = header.baseOffset - end
    const room = Math.floor((later - at - headerBytes) / minRecordBytes)
    if (between < 1n || between > room) continue
    const detail = `the batch at byte ${later} proves that all records before offset`
    throw damaged(name, at, `${detail} ${header.durable} were synced`)
  }
}
// #endregion
