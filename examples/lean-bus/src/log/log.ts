import { BusError } from '../protocol/errors.ts'
import { checkBatch } from '../protocol/format.ts'
import type { Folder } from './files.ts'
import { removeMarker, writeMarker } from './marker.ts'
import { createProducers } from './producers.ts'
import { openSegments } from './recovery.ts'
import {
  createSegment,
  readBatches,
  stampGroup,
  type Segment,
} from './segment.ts'

export interface LogOptions {
  /** A segment this large is sealed; writes move to a new one. */
  segmentBytes?: number
  /** Called when a torn tail was cut off. */
  warn?(text: string): void
  /** Called when a write has failed. The log accepts no more batches. */
  failed?(error: BusError): void
}

interface Pending extends PromiseWithResolvers<bigint> {
  batch: Buffer
  count: number
}

/** The oldest segment of a log. */
interface Oldest {
  /** The offset after its last record. */
  end: bigint
  /** Time of its newest batch. */
  timeMs: number
  /** The size of the log without it. */
  bytesLeft: number
}

export type Log = Awaited<ReturnType<typeof openLog>>

/**
 * Opens the log of a folder.
 *
 * @throws BusError STORAGE, with file and position, when acknowledged bytes are
 *   damaged
 */
export async function openLog(folder: Folder, options: LogOptions = {}) {
  const { segmentBytes = 64 * 1024 * 1024, warn = () => {} } = options
  const producers = createProducers()
  const listeners = new Set<() => void>()
  const recovered = await openSegments(
    folder,
    ({ producerId, firstSeq, count, baseOffset: offset }) =>
      producers.remember(producerId, { firstSeq, count, offset }),
  )
  const { segments, torn } = recovered
  let { end } = recovered
  if (torn > 0) {
    const { file, name, size } = segments.at(-1)!
    warn(`${name}: a torn tail, ${torn} bytes from ${size} cut off`)
    await file.truncate(size)
  }
  await removeMarker(folder)
  if (segments.length === 0) segments.push(await createSegment(folder, 0n))
  // The last batches and the name of the last segment may be in the page cache
  // only.
  await segments.at(-1)!.file.sync()
  await folder.sync()

  let pending: Pending[] = []
  let running: Promise<void> | undefined
  let failure: BusError | undefined
  let isClosed = false

  // #region group-commit
  async function commitGroup(group: Pending[]) {
    let segment = segments.at(-1)!
    if (segment.size >= segmentBytes) {
      segment = await createSegment(folder, end)
      segments.push(segment)
    }
    const { bases, bytes, next } = stampGroup(segment, group, end)
    await segment.file.write(bytes, segment.size)
    await segment.file.sync()
    segment.size += bytes.length
    end = next
    for (const [i, { resolve }] of group.entries()) resolve(bases[i]!)
    for (const listener of listeners) listener()
  }

  async function run() {
    while (pending.length > 0) {
      // Batches that arrive while this group syncs form the next one.
      const group = pending
      pending = []
      await commitGroup(group).catch((cause) => fail(cause, group))
    }
    running = undefined
  }
  // #endregion

  function fail(cause: unknown, group: Pending[] = []) {
    // Never retried: after a failed sync Linux may drop the pages and report
    // success for the next one.
    failure = new BusError('STORAGE', `a write failed: ${cause}`, { cause })
    for (const { reject } of [...group, ...pending]) reject(failure)
    pending = []
    options.failed?.(failure)
  }

  const start = () => segments[0]!.base
  const closed = () => new BusError('SHUTTING_DOWN', 'the log is closed')
  const outOfRange = (offset: bigint) =>
    new BusError('OFFSET_RANGE', `${offset} is not in ${start()} to ${end}`)

  return {
    /** The oldest offset. */
    start,
    /** The offset after the last record that is on the disk. */
    durableEnd: () => end,
    segmentCount: () => segments.length,
    /** Called after each group commit. */
    listeners,
    /**
     * Resolves with the base offset when the batch is on the disk. A batch that
     * its producer sends again keeps its offset. The log stamps the header of
     * the batch in place.
     *
     * @throws BusError BAD_BATCH, BAD_CRC; OUT_OF_ORDER_SEQ for a gap in its
     *   producer's sequence; STORAGE once a write has failed
     */
    async append(batch: Buffer) {
      const { count, producerId, firstSeq } = checkBatch(batch)
      if (failure) throw failure
      if (isClosed) throw closed()
      const known = producers.find(producerId, { firstSeq, count })
      if (known !== undefined) return known
      const acknowledged = Promise.withResolvers<bigint>()
      pending.push({ batch, count, ...acknowledged })
      const offset = acknowledged.promise
      producers.remember(producerId, { firstSeq, count, offset })
      running ??= Promise.resolve().then(run)
      return offset
    },
    /**
     * Creates a reader at `offset`. `read` resolves with the next whole batches,
     * about `maxBytes`, and with no bytes at the durable end. The first batch
     * may begin before `offset`.
     *
     * @throws BusError OFFSET_RANGE, also from `read` when retention deleted the
     *   records; STORAGE for damaged bytes; SHUTTING_DOWN for a closed log
     */
    reader(offset: bigint) {
      if (offset < start() || offset > end) throw outOfRange(offset)
      let segment = segments.findLast(({ base }) => base <= offset)!
      const entry = segment.index.findLast((batch) => batch.offset <= offset)
      let at = entry?.at ?? 0
      return {
        async read(maxBytes: number) {
          for (;;) {
            const index = segments.indexOf(segment)
            if (index === -1) throw outOfRange(offset)
            if (at < segment.size) {
              const { bytes, size, next } = await readBatches(segment, at, {
                offset,
                maxBytes,
              }).catch((error: unknown) => {
                // The file may have been closed during the read.
                if (isClosed) throw closed()
                if (!segments.includes(segment)) throw outOfRange(offset)
                throw error
              })
              at += size
              offset = next
              if (bytes.length > 0) return bytes
            } else if (index < segments.length - 1) {
              segment = segments[index + 1]!
              at = 0
            } else return Buffer.alloc(0)
          }
        },
      }
    },
    /** Deletes the oldest segments while `isExpendable`. Keeps the newest. */
    async deleteOldest(isExpendable: (oldest: Oldest) => boolean) {
      while (segments.length > 1 && !failure) {
        const [{ file, name, timeMs }, ...rest] = segments as [Segment, Segment]
        const bytesLeft = rest.reduce((sum, { size }) => sum + size, 0)
        if (!isExpendable({ end: rest[0].base, timeMs, bytesLeft })) return
        segments.shift()
        try {
          await file.close()
          await folder.remove(name)
          // Synced one by one, so that a power cut leaves no gap.
          await folder.sync()
        } catch (error) {
          fail(error)
        }
      }
    },
    /** Waits for all appends, closes the files and marks the end as clean. */
    async close() {
      isClosed = true
      await running
      for (const { file } of segments) await file.close()
      if (!failure) await writeMarker(folder, end)
    },
  }
}
