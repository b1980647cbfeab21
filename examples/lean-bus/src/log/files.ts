import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** A file that only grows, as a log needs it. Sizes are in bytes. */
export interface LogFile {
  size(): Promise<number>
  /** Up to `length` bytes from `position`; less at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  /** Writes all of it at `position`, or rejects. */
  write(bytes: Buffer, position: number): Promise<void>
  /** Resolves when the file's bytes and its size are on the disk. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** One folder. What it holds after a power cut is known only after `sync`. */
export interface Folder {
  /** The names of its files. */
  list(): Promise<string[]>
  open(name: string): Promise<LogFile>
  /** Rejects when the file is there. */
  create(name: string): Promise<LogFile>
  remove(name: string): Promise<void>
  /** Resolves when the names of files and folders in it are on the disk. */
  sync(): Promise<void>
  /** The names of the folders in it. */
  folders(): Promise<string[]>
  /** A folder in it, made if it is not there; its name is on the disk then. */
  folder(name: string): Promise<Folder>
}

/** A folder on the disk, made if it is not there. */
export async function diskFolder(path: string): Promise<Folder> {
  const made = await mkdir(path, { recursive: true })
  // Also when it was there: whoever made it may have died before the sync.
  for (let at = resolve(path); ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (made === undefined || at === resolve(made)) break
  }
  const names = async (isWanted: 'isFile' | 'isDirectory') => {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry[isWanted]()).map(({ name }) => name)
  }
  return {
    list: () => names('isFile'),
    open: (name) => diskFile(join(path, name), 'r+'),
    create: (name) => diskFile(join(path, name), 'wx+'),
    remove: (name) => rm(join(path, name)),
    sync: () => syncFolder(path),
    folders: () => names('isDirectory'),
    folder: (name) => diskFolder(join(path, name)),
  }
}

async function syncFolder(path: string) {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

async function diskFile(path: string, flags: string): Promise<LogFile> {
  const handle = await open(path, flags)
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
      // A short write is no error of the system call: the rest has to follow.
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
