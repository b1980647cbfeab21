import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** A file of a log. Sizes are in bytes. */
export interface LogFile {
  size(): Promise<number>
  /** Reads `length` bytes from `position`, or fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  /** Writes all bytes at `position`, or rejects. */
  write(bytes: Buffer, position: number): Promise<void>
  /** Resolves when the file's bytes and its size are on the disk. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** A folder that is not changed. Its files reject writes. */
export interface ReadOnlyFolder {
  /** Lists the names of everything in it. */
  list(): Promise<string[]>
  /** Whether a name belongs to a folder or to a link to one. */
  isFolder(name: string): Promise<boolean>
  open(name: string): Promise<LogFile>
  folder(name: string): Promise<ReadOnlyFolder>
}

/** A folder. Only what was synced is certain to survive a power cut. */
export interface Folder extends ReadOnlyFolder {
  /** Rejects when the file exists. */
  create(name: string): Promise<LogFile>
  remove(name: string): Promise<void>
  /** Resolves when the names of its files and folders are on the disk. */
  sync(): Promise<void>
  /** Opens or creates a folder in it. Its name is on the disk afterwards. */
  folder(name: string): Promise<Folder>
}

/** Opens a folder on the disk. Needs no right to write. */
export function readOnlyFolder(path: string): ReadOnlyFolder {
  return {
    ...readFolder(path, 'r'),
    folder: async (name) => readOnlyFolder(join(path, name)),
  }
}

const readFolder = (path: string, flags: string) => ({
  list: () => readdir(path).catch(explain),
  isFolder: async (name: string) =>
    (await stat(join(path, name))).isDirectory(),
  open: (name: string) => diskFile(join(path, name), flags),
})

/** Opens or creates a folder on the disk. */
export async function diskFolder(path: string): Promise<Folder> {
  const created = await mkdir(path, { recursive: true })
  // Also an existing folder: the process that created it may have crashed
  // before the sync.
  for (let at = resolve(path); ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (created === undefined || at === resolve(created)) break
  }
  return {
    ...readFolder(path, 'r+'),
    create: (name) => diskFile(join(path, name), 'wx+'),
    remove: (name) => rm(join(path, name)),
    sync: () => syncFolder(path),
    folder: (name) => diskFolder(join(path, name)),
  }
}

/** Says how to raise the limit when too many files are open. */
function explain(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error
  throw new Error(
    `${error.message}. A log keeps each of its segments open. Raise the limit: "ulimit -n" in a shell, LimitNOFILE in a systemd unit, --ulimit nofile for a container.`,
    { cause: error },
  )
}

async function syncFolder(path: string) {
  const handle = await open(path, 'r').catch(explain)
  await handle.sync().finally(() => handle.close())
}

async function diskFile(path: string, flags: string): Promise<LogFile> {
  const handle = await open(path, flags).catch(explain)
  return {
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const left = length - done
        const at = position + done
        const { bytesRead } = await handle.read(buffer, done, left, at)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return buffer.subarray(0, done)
    },
    async write(bytes, position) {
      // The system call may write less than asked without an error.
      for (let done = 0; done < bytes.length;) {
        const left = bytes.length - done
        const at = position + done
        const { bytesWritten } = await handle.write(bytes, done, left, at)
        done += bytesWritten
      }
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  }
}
