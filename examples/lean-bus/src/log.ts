import type { Folder, LogFile } from './files.ts'
import {
  decodeBatch,
  headerBytes,
  isBodyIntact,
  readHeader,
  stamp,
} from './format.ts'
import { BusError } from './frames.ts'

interface Segment {
  name: string
  file: LogFile
  base: bigint
  /** Synced bytes: what lies behind them is nobody's yet. */
  size: number
}

interface Pending {
  batch: Buffer
  count: number
  resolve(offset: bigint): void
  reject(error: unknown): void
}

const segmentName = (base: bigint) => `${String(base).padStart(20, '0')}.log`

/**
 * Opens the log of a folder. `warn` is told of a torn tail that was cut off.
 *
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function openLog(
  folder: Folder,
  { segmentBytes = 64 * 1024 * 1024, warn = (_: string) => {} } = {},
) {
  const segments: Segment[] = []
  const names = (await folder.list()).filter((name) =>
    /^\d{20}\.log$/.test(name),
  )
  let end = 0n
  try {
    for (const [i, name] of names.sort().entries()) {
      const base = BigInt(name.slice(0, 20))
      if (i > 0 && base !== end) {
        throw damaged(name, 0, `offsets from ${end} to ${base} are missing`)
      }
      const file = await folder.open(name)
      const segment = { name, base, file, size: 0 }
      segments.push(segment)
      end = await recover(segment, i === names.length - 1, warn)
    }
  } catch (error) {
    for (const { file } of segments) await file.close()
    throw error
  }
  if (segments.length === 0) segments.push(await create(folder, 0n))
  // After kill -9 the last batches may be in the page cache alone, and after a
  // power cut the name of the last segment may be.
  await segments.at(-1)!.file.sync()
  await folder.sync()

  let pending: Pending[] = []
  let running: Promise<void> | undefined
  let failure: BusError | undefined

  async function commitGroup(group: Pending[]) {
    let segment = segments.at(-1)!
    if (segment.size >= segmentBytes) {
      segment = await create(folder, end)
      segments.push(segment)
    }
    let next = end
    const bases = group.map(({ batch, count }) => {
      const timeMs = BigInt(Date.now())
      stamp(batch, { baseOffset: next, durable: end, timeMs })
      next += BigInt(count)
      return next - BigInt(count)
    })
    const bytes = Buffer.concat(group.map(({ batch }) => batch))
    await segment.file.write(bytes, segment.size)
    await segment.file.sync()
    segment.size += bytes.length
    end = next
    for (const [i, { resolve }] of group.entries()) resolve(bases[i])
  }

  async function run() {
    while (pending.length > 0) {
      const group = pending
      pending = []
      try {
        await commitGroup(group)
      } catch (cause) {
        // Never tried again: after a failed sync, Linux may have dropped the
        // pages and report success for the next one.
        failure = new BusError('STORAGE', `the log is dead: ${cause}`, {
          cause,
        })
        for (const { reject } of [...group, ...pending]) reject(failure)
        pending = []
      }
    }
    running = undefined
  }

  return {
    /** The oldest offset. */
    start: () => segments[0].base,
    /** The offset after the last record that is on the disk. */
    durableEnd: () => end,
    /**
     * Resolves with the base offset when the batch is on the disk. The batch
     * belongs to the log from here on: its header is stamped in place.
     *
     * @throws BusError BAD_BATCH, BAD_CRC; STORAGE once a write has failed
     */
    async append(batch: Buffer) {
      const { count } = decodeBatch(batch).header
      if (failure) throw failure
      return new Promise<bigint>((resolve, reject) => {
        pending.push({ batch, count, resolve, reject })
        // What arrives while a group syncs is the next group.
        running ??= Promise.resolve().then(run)
      })
    },
    /**
     * Batches from the one that holds this offset, whole, never past the
     * durable end; none at the end.
     *
     * @throws BusError OFFSET_RANGE; STORAGE for bytes that have changed
     */
    async *read(offset: bigint) {
      if (offset < segments[0].base || offset > end) {
        const range = `${segments[0].base} to ${end}`
        throw new BusError('OFFSET_RANGE', `${offset} is not in ${range}`)
      }
      const last = segments.findLastIndex(({ base }) => base <= offset)
      for (const segment of segments.slice(last)) {
        for (let at = 0; at < segment.size;) {
          const header = readHeader(await segment.file.read(at, headerBytes))
          if (!header) throw damaged(segment.name, at, 'the header has changed')
          const next = header.baseOffset + BigInt(header.count)
          if (next > offset) {
            const batch = await segment.file.read(at, header.length)
            if (!isBodyIntact(batch, 0, header)) {
              throw damaged(segment.name, at, 'the body has changed')
            }
            yield batch
          }
          at += header.length
        }
      }
    },
    /** Waits for what was appended, then closes the files. */
    async close() {
      await running
      for (const { file } of segments) await file.close()
    },
  }
}

export type Log = Awaited<ReturnType<typeof openLog>>

/** A segment whose name is on the disk. */
async function create(folder: Folder, base: bigint): Promise<Segment> {
  const name = segmentName(base)
  const file = await folder.create(name)
  await folder.sync()
  return { name, file, base, size: 0 }
}

/** Checks a segment, cuts off a torn tail, and gives the offset after it. */
async function recover(
  segment: Segment,
  isLast: boolean,
  warn: (text: string) => void,
) {
  const { file, name } = segment
  const bytes = await file.read(0, await file.size())
  let end = segment.base
  let at = 0
  while (at < bytes.length) {
    const header = readHeader(bytes, at)
    if (header?.baseOffset !== end || !isBodyIntact(bytes, at, header)) break
    end += BigInt(header.count)
    at += header.length
  }
  segment.size = at
  if (at === bytes.length) return end
  // A segment is synced before the next is made. In the last one, a later
  // header proves that what is damaged here had been acknowledged.
  if (!isLast) throw damaged(name, at, 'in a segment that was complete')
  for (let later = at + 1; later + headerBytes <= bytes.length; later++) {
    const header = readHeader(bytes, later)
    if (header && header.durable > end) {
      throw damaged(
        name,
        at,
        `${later} says all before ${header.durable} was synced`,
      )
    }
  }
  warn(`${name}: a torn tail, ${bytes.length - at} bytes from ${at} cut off`)
  await file.truncate(at)
  return end
}

function damaged(name: string, at: number, detail: string) {
  return new BusError('STORAGE', `${name} is damaged at byte ${at}: ${detail}`)
}
