import { mkdir, open, readdir, rm } from 'node:fs/promises'
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

/** A folder. Only what was synced is certain to survive a power cut. */
export interface Folder {
  /** Lists the names of the files. */
  list(): Promise<string[]>
  open(name: string): Promise<LogFile>
  /** Rejects when the file exists. */
  create(name: string): Promise<LogFile>
  remove(name: string): Promise<void>
  /** Resolves when the names of its files and folders are on the disk. */
  sync(): Promise<void>
  /** Lists the names of the folders in it. */
  folders(): Promise<string[]>
  /** Opens or creates a folder in it. Its name is on the disk afterwards. */
  folder(name: string): Promise<Folder>
}

/** Opens or creates a folder on the disk. */
export async function diskFolder(path: string): Promise<Folder> {
  const created = await mkdir(path, { recursive: true })
  // Also an existing folder: the process that created it may have crashed
  // before the sync.
  for (let at = resolve(path); ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (created === undefined || at === resolve(created)) break
  }
  const listNames = async (isKind: 'isFile' | 'isDirectory') => {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry[isKind]()).map(({ name }) => name)
  }
  return {
    list: () => listNames('isFile'),
    open: (name) => diskFile(join(path, name), 'r+'),
    create: (name) => diskFile(join(path, name), 'wx+'),
    remove: (name) => rm(join(path, name)),
    sync: () => syncFolder(path),
    folders: () => listNames('isDirectory'),
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
