import type { Folder, LogFile } from './files.ts'

/** Creates a folder in memory, for a broker without a disk. */
export function memoryFolder(): Folder {
  const files = new Map<string, LogFile>()
  const folders = new Map<string, Folder>()
  const missing = (name: string) => new Error(`ENOENT: ${name}`)
  return {
    list: async () => [...files.keys(), ...folders.keys()],
    isFolder: async (name) => folders.has(name),
    async open(name) {
      const file = files.get(name)
      if (!file) throw missing(name)
      return file
    },
    async create(name) {
      if (files.has(name)) throw new Error(`EEXIST: ${name}`)
      const file = memoryFile()
      files.set(name, file)
      return file
    },
    async remove(name) {
      if (!files.delete(name)) throw missing(name)
    },
    async sync() {},
    async folder(name) {
      const folder = folders.get(name) ?? memoryFolder()
      folders.set(name, folder)
      return folder
    },
  }
}

function memoryFile(): LogFile {
  let bytes = Buffer.alloc(4096)
  let size = 0
  return {
    size: async () => size,
    // A copy, so that later writes don't change what was read.
    async read(position, length) {
      const end = Math.min(size, position + length)
      return Buffer.from(bytes.subarray(position, Math.max(position, end)))
    },
    async write(written, position) {
      const end = position + written.length
      if (end > bytes.length) {
        const larger = Buffer.alloc(Math.max(end, bytes.length * 2))
        bytes.copy(larger)
        bytes = larger
      }
      bytes.set(written, position)
      size = Math.max(size, end)
    },
    async sync() {},
    async truncate(to) {
      size = to
    },
    async close() {},
  }
}
