/**
 * `node --import ./disk.ts program.ts`: runs a program on a disk that is watched. Every call of `node:fs/promises` that
 * changes something goes to the real disk, and what it was asked for and what it has promised is noted in a journal that
 * outlives kill -9, before the program learns of it. The program itself runs as it is, its own file system code included.
 *
 * A call that the laboratory could not undo is refused: it would be blind to it.
 */
import fs from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import { randomUUID } from 'node:crypto'
import { dirname, join, relative, resolve } from 'node:path'
import type { DiskOptions, Entry, Operation } from './disk-options.ts'
import { createRandom } from '../random.ts'

const options = JSON.parse(process.env['CRASH_DISK'] ?? '') as DiskOptions
const { data, aside, syncs, kill, fault, shortWrites } = options
const journal = fs.openSync(options.journal, 'a')
const random = shortWrites === undefined ? undefined : createRandom(shortWrites)
const counts = new Map<Operation, number>()
const real = { ...promises }

/** In one call of the system: SIGKILL leaves whole lines. */
function note(...entry: Entry): void {
  fs.writeSync(journal, `${JSON.stringify(entry)}\n`)
}

const die = () => process.kill(process.pid, 'SIGKILL')

/**
 * Does something to the disk, unless it is the moment to fail or to die.
 *
 * @param spoil what is left behind when it fails
 */
async function operate<T>(
  operation: Operation,
  path: string,
  perform: () => Promise<T>,
  spoil: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const nth = (counts.get(operation) ?? 0) + 1
  counts.set(operation, nth)
  if (fault?.operation === operation && fault.nth === nth) {
    await spoil()
    note('fault', path)
    throw Object.assign(new Error(`${fault.code}: injected, ${operation} of ${path}`), {
      code: fault.code,
    })
  }
  if (kill?.operation !== operation || kill.nth !== nth) return perform()
  if (kill.when === 'before') die()
  const performed = perform()
  if (kill.when === 'during') die()
  await performed
  die()
  return performed
}

/** A path in the watched folder; undefined for one outside. */
function watched(path: string): string | undefined {
  const inside = relative(data, resolve(path))
  return inside.startsWith('..') ? undefined : inside
}

function statOf(path: string) {
  return fs.lstatSync(path, { throwIfNoEntry: false })
}

const unknown = (what: string) =>
  new Error(`lab/crash cannot undo ${what}: teach it to disk.ts and disk-state.ts`)

async function open(path: string, flags = 'r'): Promise<FileHandle> {
  const inside = watched(path)
  if (inside === undefined) return real.open(path, flags)
  const stat = statOf(path)
  if (stat?.isDirectory()) {
    const handle = await real.open(path, flags)
    return watchFolder(handle, inside)
  }
  const makes = flags.startsWith('wx')
  if (!makes && !flags.startsWith('r')) throw unknown(`open with ${flags}`)
  if (stat) note('open', inside, stat.size)
  else if (makes) note('create', inside)
  const handle = await operate(makes ? 'create' : 'open', inside, () => real.open(path, flags))
  return watchFile(handle, inside, stat?.size ?? 0)
}

function watchFolder(handle: FileHandle, path: string): FileHandle {
  const sync = handle.sync.bind(handle)
  return Object.assign(handle, {
    sync: () =>
      operate('sync folder', path, async () => {
        await sync()
        note('sync folder', path)
      }),
  })
}

/** @param size in bytes, as it was opened */
function watchFile(handle: FileHandle, path: string, size: number): FileHandle {
  const write = handle.write.bind(handle)
  const [datasync, truncate] = [handle.datasync.bind(handle), handle.truncate.bind(handle)]
  const refuse = (what: string) => () => Promise.reject(unknown(what))
  const sync = () =>
    operate('sync', path, async () => {
      // What is written while it runs is not promised.
      const promised = size
      if (!syncs) return
      await datasync()
      note('sync', path, promised)
    })
  const append = async (bytes: Uint8Array, from: number, length: number, position: number) => {
    const { bytesWritten } = await write(bytes, from, length, position)
    size = position + bytesWritten
    return { bytesWritten, buffer: bytes }
  }
  return Object.assign(handle, {
    datasync: sync,
    sync,
    async write(bytes: Uint8Array, from: number, length: number, position: number) {
      if (position !== size) throw unknown(`a write within ${path}`)
      const part = random?.between(1, length) ?? length
      return operate(
        'write',
        path,
        () => append(bytes, from, part, position),
        // A disk that is full takes a part first.
        () => append(bytes, from, Math.floor(length / 2), position),
      )
    },
    async truncate(to: number) {
      if (to > size) throw unknown(`the growth of ${path}`)
      const kept = keep()
      fs.writeFileSync(join(aside, kept), fs.readFileSync(join(data, path)).subarray(to))
      note('truncate', path, to, kept)
      await operate('truncate', path, () => truncate(to))
      size = to
    },
    writev: refuse('writev'),
    writeFile: refuse('writeFile'),
    appendFile: refuse('appendFile'),
    createWriteStream: refuse('createWriteStream'),
  })
}

/** A name beside the data. */
const keep = () => randomUUID()

async function mkdir(path: string, given: fs.MakeDirectoryOptions = {}) {
  const missing: string[] = []
  for (let at = resolve(path); !statOf(at); at = dirname(at)) missing.unshift(at)
  const inside = watched(path)
  if (inside === undefined || missing.length === 0) return real.mkdir(path, given)
  for (const folder of missing) note('make folder', relative(data, folder))
  return operate('make folder', inside, () => real.mkdir(path, given))
}

async function rm(path: string, given: fs.RmOptions = {}) {
  const inside = watched(path)
  const stat = statOf(path)
  // A socket, which is a lock, is of no use to another process.
  if (inside === undefined || !stat || stat.isSocket()) return real.rm(path, given)
  if (!stat.isFile()) throw unknown(`the removal of ${inside}`)
  const kept = keep()
  fs.linkSync(path, join(aside, kept))
  note('remove', inside, kept)
  return operate('remove', inside, () => real.rm(path, given))
}

const refused = ['appendFile', 'copyFile', 'cp', 'link', 'rename', 'rmdir', 'symlink', 'truncate']
for (const name of [...refused, 'unlink', 'writeFile']) {
  Object.assign(promises, { [name]: () => Promise.reject(unknown(name)) })
}
Object.assign(promises, { open, mkdir, rm })
syncBuiltinESMExports()

// So that the next process need not compile it all again: one that is killed writes no cache.
const program = process.argv[1]
if (program !== undefined) await import(join(dirname(program), 'broker.ts'))
flushCompileCache()
// Nobody may be left to end it: the pipe closes when whoever has started it ends, however that ends.
process.stdin.resume().on('end', die).unref()
