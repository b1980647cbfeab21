import type { Folder } from '../../examples/lean-bus/src/log/files.ts'
import type { Log } from '../../examples/lean-bus/src/log/log.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { load } from '../lean-bus.ts'
import type { Random } from '../random.ts'
import type { Flips, Layout } from './record.ts'
import { readLayout } from './recovery.ts'

/** The files of a log that was closed cleanly, by name. */
export type LogFiles = ReadonlyMap<string, Buffer>

type OpenLog = typeof import('../../examples/lean-bus/src/log/log.ts').openLog

/** Reads all files of a folder. */
export async function readFiles(folder: Folder): Promise<LogFiles> {
  const files = new Map<string, Buffer>()
  for (const name of await folder.list()) {
    const file = await folder.open(name)
    files.set(name, await file.read(0, await file.size()))
    await file.close()
  }
  return files
}

export const noFlips = () => ({ tried: 0, refused: 0, truncatedTail: 0, served: 0 })

/** A bit in a segment. */
interface Bit {
  readonly name: string
  /** Position of its byte. */
  readonly at: number
  readonly mask: number
}

/** When a bit flips: before the start that follows a clean shutdown or a kill, or while the log is open. */
const moments = ['closed', 'killed', 'open'] as const

/**
 * Flips single bits of a log's segments, each in its own copy of the log, and counts the reactions of the broker.
 *
 * @param source the folder of the broker's source files
 * @throws Error when the broker reports damage at another position
 */
export async function flipBits(
  files: LogFiles,
  times: number,
  random: Random,
  source: string,
): Promise<Flips> {
  const { openLog } = await load(source, 'log/log')
  const flips = noFlips()
  const [first, ...others] = segmentsOf(files).filter(([, bytes]) => bytes.length > 0)
  if (!first) return flips
  const last = others.at(-1) ?? first
  for (; flips.tried < times; flips.tried++) {
    // The last segment is hit as often as all others together.
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
  const folder = await copyFiles(files, moment)
  const written = Buffer.concat(segmentsOf(files).map(([, bytes]) => bytes))
  try {
    if (moment !== 'open') await flip(folder, bit)
    const log = await openLog(folder)
    if (moment === 'open') await flip(folder, bit)
    const served = await readAll(log)
    const isTail = moment === 'killed' && isInLastGroup(files, bit)
    const whole = written.subarray(0, countBytesBefore(files, bit))
    return isTail && served.equals(whole) ? 'truncatedTail' : 'served'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const place = `${bit.name} is damaged at byte ${findBatch(files, bit).at}:`
    if (code === 'STORAGE' && message.startsWith(place)) return 'refused'
    throw new Error(`a bit at ${bit.at} of ${bit.name}, ${moment}: ${message}`, { cause: error })
  }
}

/** Segments, the oldest first. */
const segmentsOf = (files: LogFiles) =>
  [...files]
    .filter(([name]) => name.endsWith('.log'))
    .sort(([name], [other]) => (name < other ? -1 : 1))

async function copyFiles(files: LogFiles, moment: (typeof moments)[number]): Promise<Folder> {
  const folder = memoryFolder()
  for (const [name, bytes] of files) {
    // SIGKILL leaves no marker.
    if (name === 'clean' && moment === 'killed') continue
    const file = await folder.create(name)
    await file.write(bytes, 0)
  }
  return folder
}

async function flip(folder: Folder, { name, at, mask }: Bit): Promise<void> {
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

/** Finds the batch that holds a bit. */
function findBatch(files: LogFiles, { name, at }: Bit): Layout {
  const batch = readLayout(files.get(name) ?? Buffer.alloc(0)).findLast((one) => one.at <= at)
  if (batch) return batch
  throw new Error(`${name} has no batch at byte ${at}`)
}

/** Counts the bytes of the log before the batch of a bit. */
function countBytesBefore(files: LogFiles, bit: Bit): number {
  const before = segmentsOf(files).filter(([name]) => name < bit.name)
  return before.reduce((sum, [, bytes]) => sum + bytes.length, findBatch(files, bit).at)
}

/** Whether the batch of a bit is in the last group: no later batch confirms that it was synced. */
function isInLastGroup(files: LogFiles, bit: Bit): boolean {
  const [name, bytes] = segmentsOf(files).at(-1) ?? ['', Buffer.alloc(0)]
  const durable = Math.max(...readLayout(bytes).map((one) => one.durable))
  return bit.name === name && findBatch(files, bit).offset >= durable
}
