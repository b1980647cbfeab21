import { BusError } from '../protocol/errors.ts'
import type { Folder } from './files.ts'
import { checkBatch } from '../protocol/format.ts'
import { removeMarker, writeMarker } from './marker.ts'
import { Producers } from './producers.ts'
import { openSegments } from './recovery.ts'
import {
  createSegment,
  readBatches,
  stampGroup,
  type Segment,
} from './segment.ts'

export interface LogOptions {
  /** From this size on a segment is written to no more. */
  segmentBytes?: number
  /** Told of a torn tail that was cut off. */
  warn?(text: string): void
  /** Told when a write has failed: the log takes nothing more. */
  failed?(error: BusError): void
}

interface Pending extends PromiseWithResolvers<bigint> {
  batch: Buffer
  count: number
}

/** What may be deleted of a log. */
interface Oldest {
  /** The offset after its last record. */
  end: bigint
  /** Of its newest batch. */
  timeMs: number
  /** The size of the log without it. */
  bytesLeft: number
}

export type Log = Awaited<ReturnType<typeof openLog>>

/**
 * Opens the log of a folder.
 *
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function openLog(folder: Folder, options: LogOptions = {}) {
  const { segmentBytes = 64 * 1024 * 1024, warn = () => {} } = options
  const producers = new Producers()
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
  // After kill -9 the last batches may be in the page cache alone, and after a
  // power cut the name of the last segment may be.
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
      // What arrives while this group syncs is the next one.
      const group = pending
      pending = []
      await commitGroup(group).catch((cause) => fail(cause, group))
    }
    running = undefined
  }
  // #endregion

  function fail(cause: unknown, group: Pending[] = []) {
    // Nothing is tried again: after a failed sync Linux may have dropped the
    // pages, and report success for the next one.
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
    /** Called after each group that was synced. */
    listeners,
    /**
     * Resolves with the base offset when the batch is on the disk; for one that
     * its producer sends again, with the offset that it has. The batch is the
     * log's from here on: its header is stamped in place.
     *
     * @throws BusError BAD_BATCH, BAD_CRC; OUT_OF_ORDER_SEQ for a gap in its
     *   producer's sequence; STORAGE once a write has failed
     */
    async append(batch: Buffer) {
      const { count, producerId, firstSeq } = checkBatch(batch)
      if (failure) throw failure
      if (isClosed) throw closed()
      const again = producers.find(producerId, { firstSeq, count })
      if (again !== undefined) return again
      const acknowledged = Promise.withResolvers<bigint>()
      pending.push({ batch, count, ...acknowledged })
      const offset = acknowledged.promise
      producers.remember(producerId, { firstSeq, count, offset })
      running ??= Promise.resolve().then(run)
      return offset
    },
    /**
     * A place in the log. `read` gives the next whole batches, about `maxBytes`
     * of them and never past the durable end; none at the end. The first may
     * begin before `offset`.
     *
     * @throws BusError OFFSET_RANGE, here or when the place was deleted; STORAGE
     *   for bytes that have changed; SHUTTING_DOWN when the log was closed
     */
    reader(offset: bigint) {
      if (offset < start() || offset > end) throw outOfRange(offset)
      let segment = segments.findLast(({ base }) => base <= offset)!
      const entry = segment.index.findLast((entry) => entry.offset <= offset)
      let at = entry?.at ?? 0
      return {
        async read(maxBytes: number) {
          for (;;) {
            const place = segments.indexOf(segment)
            if (place === -1) throw outOfRange(offset)
            if (at < segment.size) {
              const wanted = { offset, maxBytes }
              const { bytes, size, next } = await readBatches(
                segment,
                at,
                wanted,
              ).catch((error: unknown) => {
                // Its file may have been closed meanwhile.
                if (isClosed) throw closed()
                if (!segments.includes(segment)) throw outOfRange(offset)
                throw error
              })
              at += size
              offset = next
              if (bytes.length > 0) return bytes
            } else if (place < segments.length - 1) {
              segment = segments[place + 1]!
              at = 0
            } else return Buffer.alloc(0)
          }
        },
      }
    },
    /** Deletes the oldest segments as long as `isExpendable` says so. The one
     * that is written to stays. */
    async deleteOldest(isExpendable: (oldest: Oldest) => boolean) {
      while (segments.length > 1 && !failure) {
        const [{ file, name, timeMs }, ...rest] = segments as [Segment, Segment]
        const bytesLeft = rest.reduce((sum, { size }) => sum + size, 0)
        if (!isExpendable({ end: rest[0].base, timeMs, bytesLeft })) return
        segments.shift()
        try {
          await file.close()
          await folder.remove(name)
          // Before the next is removed: a power cut must leave no hole.
          await folder.sync()
        } catch (error) {
          fail(error)
        }
      }
    },
    /** Waits for what was appended, closes the files, marks the end as clean. */
    async close() {
      isClosed = true
      await running
      for (const { file } of segments) await file.close()
      if (!failure) await writeMarker(folder, end)
    },
  }
}
