import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

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
  list(): Promise<string[]>
  open(name: string): Promise<LogFile>
  /** Rejects when the file is there. */
  create(name: string): Promise<LogFile>
  /** Resolves when the names of the files are on the disk. */
  sync(): Promise<void>
}

/** A folder on the disk, made if it is not there. */
export async function diskFolder(path: string): Promise<Folder> {
  await mkdir(path, { recursive: true })
  return {
    list: () => readdir(path),
    open: (name) => diskFile(join(path, name), 'r+'),
    create: (name) => diskFile(join(path, name), 'wx+'),
    async sync() {
      const handle = await open(path, 'r')
      await handle.sync().finally(() => handle.close())
    },
  }
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
