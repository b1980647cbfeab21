import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Folder } from '../../examples/lean-bus/src/log/files.ts'
import type { Log } from '../../examples/lean-bus/src/log/log.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import type { Random } from '../random.ts'
import type { Flips, Layout } from './record.ts'
import { layoutOf } from './recovery.ts'

/** A log that was closed in order, by the names of its files. */
export type LogFiles = ReadonlyMap<string, Buffer>

type OpenLog = typeof import('../../examples/lean-bus/src/log/log.ts').openLog

/** All that is in the files of a folder. */
export async function readFiles(folder: Folder): Promise<LogFiles> {
  const files = new Map<string, Buffer>()
  for (const name of await folder.list()) {
    const file = await folder.open(name)
    files.set(name, await file.read(0, await file.size()))
    await file.close()
  }
  return files
}

/** A bit of a log's segments. */
interface Bit {
  readonly name: string
  /** Its byte in the file. */
  readonly at: number
  readonly mask: number
}

/** When the bit turns: before a start, after the end in order or without one, or while the log is open. */
const moments = ['closed', 'killed', 'open'] as const

/**
 * Turns single bits of a log's segments, each in a copy of its own, and sees what the broker makes of them.
 *
 * @param source the broker's source files
 * @throws Error for a refusal that names another place
 */
export async function flipBits(
  files: LogFiles,
  times: number,
  random: Random,
  source: string,
): Promise<Flips> {
  const { openLog } = (await import(pathToFileURL(join(source, 'log/log.ts')).href)) as {
    openLog: OpenLog
  }
  const flips = { tried: 0, refused: 0, truncatedTail: 0, served: 0 }
  const [first, ...others] = segmentsOf(files).filter(([, bytes]) => bytes.length > 0)
  if (!first) return flips
  const last = others.at(-1) ?? first
  for (; flips.tried < times; flips.tried++) {
    // The last segment as often as all others.
    const [name, bytes] = random.chance(0.5) ? last : random.pick([first, ...others])
    const bit = { name, at: random.between(0, bytes.length - 1), mask: 1 << random.between(0, 7) }
    flips[await flipBit(files, bit, random.pick(moments), openLog)]++
  }
  return flips
}

async function flipBit(
  files: LogFiles,
  bit: Bit,
  moment: (typeof moments)[number],
  openLog: OpenLog,
): Promise<'refused' | 'truncatedTail' | 'served'> {
  const folder = await copyOf(files, moment)
  const written = Buffer.concat(segmentsOf(files).map(([, bytes]) => bytes))
  try {
    if (moment !== 'open') await turn(folder, bit)
    const log = await openLog(folder)
    if (moment === 'open') await turn(folder, bit)
    const served = await readAll(log)
    const isTail = moment === 'killed' && isInLastGroup(files, bit)
    const whole = written.subarray(0, wholeBefore(files, bit))
    return isTail && served.equals(whole) ? 'truncatedTail' : 'served'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const place = `${bit.name} is damaged at byte ${batchAt(files, bit).at}:`
    if (code === 'STORAGE' && message.startsWith(place)) return 'refused'
    throw new Error(`a bit at ${bit.at} of ${bit.name}, ${moment}: ${message}`, { cause: error })
  }
}

/** The oldest first. */
const segmentsOf = (files: LogFiles) =>
  [...files]
    .filter(([name]) => name.endsWith('.log'))
    .sort(([name], [other]) => (name < other ? -1 : 1))

async function copyOf(files: LogFiles, moment: (typeof moments)[number]): Promise<Folder> {
  const folder = memoryFolder()
  for (const [name, bytes] of files) {
    // Kill -9 leaves no marker.
    if (name === 'clean' && moment === 'killed') continue
    const file = await folder.create(name)
    await file.write(bytes, 0)
  }
  return folder
}

async function turn(folder: Folder, { name, at, mask }: Bit): Promise<void> {
  const file = await folder.open(name)
  const [byte = 0] = await file.read(at, 1)
  await file.write(Buffer.of(byte ^ mask), at)
}

async function readAll(log: Log): Promise<Buffer> {
  const parts: Buffer[] = []
  const reader = log.reader(log.start())
  for (;;) {
    const bytes = await reader.read(64 * 1024)
    if (bytes.length === 0) return Buffer.concat(parts)
    parts.push(bytes)
  }
}

/** The batch that a bit lies in. */
function batchAt(files: LogFiles, { name, at }: Bit): Layout {
  const batch = layoutOf(files.get(name) ?? Buffer.alloc(0)).findLast((one) => one.at <= at)
  if (batch) return batch
  throw new Error(`${name} has no batch at byte ${at}`)
}

/** How many bytes of the log lie before the batch of a bit. */
function wholeBefore(files: LogFiles, bit: Bit): number {
  const before = segmentsOf(files).filter(([name]) => name < bit.name)
  return before.reduce((sum, [, bytes]) => sum + bytes.length, batchAt(files, bit).at)
}

/** Whether no batch vouches for the one of this bit: none was written after it was synced. */
function isInLastGroup(files: LogFiles, bit: Bit): boolean {
  const [name, bytes] = segmentsOf(files).at(-1) ?? ['', Buffer.alloc(0)]
  const durable = Math.max(...layoutOf(bytes).map((one) => one.durable))
  return bit.name === name && batchAt(files, bit).offset >= durable
}
