/**
 * `node --import ./disk.ts program.ts` runs a program on a watched disk. Each call of `node:fs/promises` that changes the
 * folder goes to the real disk, and a journal that survives SIGKILL lists it before the program learns that it is done. The
 * program itself is unchanged.
 *
 * The watched disk rejects calls that the laboratory can't model.
 */
import fs from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { createRandom } from '../../random.ts'
import type { DiskOptions, Entry, Operation } from './options.ts'

const options = JSON.parse(process.env['CRASH_DISK'] ?? '') as DiskOptions
const { data, syncs, kill, fault, shortWrites } = options
const journal = fs.openSync(options.journal, 'a')
const random = shortWrites === undefined ? undefined : createRandom(shortWrites)
const counts = new Map<Operation, number>()
const real = { ...promises }
let syncId = 0

/** Appends to the journal in one system call, so that SIGKILL leaves whole lines. */
function note(...entry: Entry): void {
  fs.writeSync(journal, `${JSON.stringify(entry)}\n`)
}

const die = () => process.kill(process.pid, 'SIGKILL')

/**
 * Performs an operation, unless it has to fail, or the process has to die.
 *
 * @param beforeFailing changes that a failing operation leaves behind
 */
async function operate<T>(
  operation: Operation,
  path: string,
  perform: () => Promise<T>,
  beforeFailing: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const nth = (counts.get(operation) ?? 0) + 1
  counts.set(operation, nth)
  if (fault?.operation === operation && fault.nth === nth) {
    await beforeFailing()
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

async function noteSync(path: string, sync: () => Promise<void>): Promise<void> {
  const id = ++syncId
  note('begin sync', path, id)
  await sync()
  note('end sync', id)
}

/** The path relative to the watched folder; undefined outside it. */
function watched(path: string): string | undefined {
  const inside = relative(data, resolve(path))
  return inside.startsWith('..') ? undefined : inside
}

function statOf(path: string) {
  return fs.lstatSync(path, { throwIfNoEntry: false })
}

const unsupported = (what: string) =>
  new Error(`lab/crash does not model ${what}. Add it to disk.ts and disk-model.ts.`)

async function open(path: string, flags = 'r'): Promise<FileHandle> {
  const inside = watched(path)
  if (inside === undefined) return real.open(path, flags)
  const stat = statOf(path)
  if (stat?.isDirectory()) return watchFolder(await real.open(path, flags), inside)
  const creates = flags.startsWith('wx')
  if (!creates && !flags.startsWith('r')) throw unsupported(`open with ${flags}`)
  const handle = await operate(creates ? 'create' : 'open', inside, async () => {
    const opened = await real.open(path, flags)
    if (creates) note('create', inside)
    return opened
  })
  return watchFile(handle, inside, stat?.size ?? 0)
}

function watchFolder(handle: FileHandle, path: string): FileHandle {
  const sync = handle.sync.bind(handle)
  return Object.assign(handle, {
    sync: () => operate('sync folder', path, () => noteSync(path, sync)),
  })
}

/** @param size in bytes, when the file was opened */
function watchFile(handle: FileHandle, path: string, size: number): FileHandle {
  const write = handle.write.bind(handle)
  const [datasync, truncate] = [handle.datasync.bind(handle), handle.truncate.bind(handle)]
  const reject = (what: string) => () => Promise.reject(unsupported(what))
  const sync = () =>
    operate('sync', path, async () => {
      if (syncs) await noteSync(path, datasync)
    })
  const append = async (bytes: Uint8Array, from: number, length: number, position: number) => {
    const { bytesWritten } = await write(bytes, from, length, position)
    const written = Buffer.from(bytes.subarray(from, from + bytesWritten))
    note('write', path, position, written.toString('base64'))
    size = position + bytesWritten
    return { bytesWritten, buffer: bytes }
  }
  return Object.assign(handle, {
    datasync: sync,
    sync,
    async write(bytes: Uint8Array, from: number, length: number, position: number) {
      if (position !== size) throw unsupported(`a write within ${path}`)
      const part = random?.between(1, length) ?? length
      return operate(
        'write',
        path,
        () => append(bytes, from, part, position),
        // A disk that is full still takes a part.
        () => append(bytes, from, Math.floor(length / 2), position),
      )
    },
    async truncate(to: number) {
      if (to > size) throw unsupported(`the growth of ${path}`)
      await operate('truncate', path, async () => {
        await truncate(to)
        note('truncate', path, to)
      })
      size = to
    },
    writev: reject('writev'),
    writeFile: reject('writeFile'),
    appendFile: reject('appendFile'),
    createWriteStream: reject('createWriteStream'),
  })
}

async function mkdir(path: string, given: fs.MakeDirectoryOptions = {}) {
  const missing: string[] = []
  for (let at = resolve(path); !statOf(at); at = dirname(at)) missing.unshift(at)
  const inside = watched(path)
  if (inside === undefined || missing.length === 0) return real.mkdir(path, given)
  return operate('make folder', inside, async () => {
    const made = await real.mkdir(path, given)
    for (const folder of missing) note('make folder', relative(data, folder))
    return made
  })
}

async function rm(path: string, given: fs.RmOptions = {}) {
  const inside = watched(path)
  const stat = statOf(path)
  // Sockets serve as locks, which don't survive their process.
  if (inside === undefined || !stat || stat.isSocket()) return real.rm(path, given)
  if (!stat.isFile()) throw unsupported(`the removal of ${inside}`)
  return operate('remove', inside, async () => {
    await real.rm(path, given)
    note('remove', inside)
  })
}

const rejected = ['appendFile', 'copyFile', 'cp', 'link', 'rename', 'rmdir', 'symlink', 'truncate']
for (const name of [...rejected, 'unlink', 'writeFile']) {
  Object.assign(promises, { [name]: () => Promise.reject(unsupported(name)) })
}
Object.assign(promises, { open, mkdir, rm })
syncBuiltinESMExports()

// A process that is killed writes no compile cache, so write it before the program runs.
const program = process.argv[1]
if (program !== undefined) await import(join(dirname(program), '../broker/start.ts'))
flushCompileCache()
// The pipe closes when the parent process exits, also if SIGKILL ended that.
process.stdin.resume().on('end', die).unref()
