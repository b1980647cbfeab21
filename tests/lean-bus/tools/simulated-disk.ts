import { setImmediate as turn } from 'node:timers/promises'
import type { Folder, LogFile } from '../../../examples/lean-bus/src/log/files.ts'
import type { Random } from '../../../lab/random.ts'

/** Less than a disk's sector, so that batches of a hundred bytes are torn as large ones are. */
const sectorBytes = 32

/** Slower than a read, so that whoever could read what is not synced yet would. */
const syncTurns = 4

interface StoredFile {
  bytes: Buffer
  /** As the last finished sync left it. */
  synced: Buffer
}

interface StoredFolder {
  files: Map<string, StoredFile>
  /** The names as the last finished sync left them. */
  synced: Map<string, StoredFile>
  readonly folders: Map<string, StoredFolder>
}

const newFolder = (): StoredFolder => ({ files: new Map(), synced: new Map(), folders: new Map() })

/**
 * A disk in memory that can lose its power, and promises no more than POSIX: what was written since the last sync of a file is
 * there, or not, or in parts, sector by sector; names made or removed since the last sync of their folder are there, or not,
 * each for itself. Whatever it does takes a turn of the event loop, and a sync takes four, so that the cut can come between.
 */
export class SimulatedDisk {
  /** Without it, syncs are answered and keep nothing, as a disk does that lies. */
  readonly #isHonest: boolean
  readonly #root = newFolder()
  #process = 0
  #running = 0

  constructor({ isHonest = true } = {}) {
    this.#isHonest = isHonest
  }

  /** For the next process. Those before it are dead: whatever they still ask for is refused and changes nothing. */
  root(): Folder {
    return this.#open(this.#root, ++this.#process)
  }

  /** Ends the process, as kill -9 does: all that it wrote is in the page cache, and stays. */
  kill(): void {
    this.#process++
  }

  /** Ends the process, and keeps of what was not synced what `random` says. */
  cutPower(random: Random): void {
    this.#process++
    cutFolder(this.#root, random)
  }

  /** Resolves when the process has waited for nothing during some turns. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      await turn()
      if (this.#running > 0) quiet = 0
    }
  }

  /** The sizes of a folder's files in bytes, by their names in order. */
  sizes(folder: string): { readonly name: string; readonly size: number }[] {
    const files = this.#root.folders.get(folder)?.files ?? new Map<string, StoredFile>()
    return Array.from(files, ([name, { bytes }]) => ({ name, size: bytes.length })).toSorted(
      (a, b) => (a.name < b.name ? -1 : 1),
    )
  }

  #open(stored: StoredFolder, process: number): Folder {
    /** Runs in a turn of its own; what it returns is done if the process is still alive then. */
    const step = async <T>(begin: () => () => T, turns = 1): Promise<T> => {
      this.#refuseDead(process)
      this.#running++
      try {
        const finish = begin()
        for (let i = 0; i < turns; i++) await turn()
        this.#refuseDead(process)
        return finish()
      } finally {
        this.#running--
      }
    }
    const openFile = (file: StoredFile): LogFile => {
      let isClosed = false
      const open = <T>(begin: () => () => T, turns?: number) =>
        step(() => {
          if (isClosed) throw new Error('EBADF: the file is closed')
          return begin()
        }, turns)
      return {
        size: () => open(() => () => file.bytes.length),
        read: (position, length) =>
          open(() => () => Buffer.from(file.bytes.subarray(position, position + length))),
        write: (bytes, position) =>
          open(() => {
            const size = Math.max(file.bytes.length, position + bytes.length)
            const written = Buffer.alloc(size)
            written.set(file.bytes)
            written.set(bytes, position)
            file.bytes = written
            return () => undefined
          }),
        sync: () =>
          open(() => {
            const { bytes } = file
            return () => {
              if (this.#isHonest) file.synced = bytes
            }
          }, syncTurns),
        truncate: (size) =>
          open(() => {
            file.bytes = Buffer.from(file.bytes.subarray(0, size))
            return () => undefined
          }),
        close: async () => {
          this.#refuseDead(process)
          isClosed = true
        },
      }
    }
    return {
      list: () => step(() => () => [...stored.files.keys()]),
      open: (name) =>
        step(() => () => {
          const file = stored.files.get(name)
          if (!file) throw new Error(`ENOENT: ${name}`)
          return openFile(file)
        }),
      create: (name) =>
        step(() => {
          if (stored.files.has(name)) throw new Error(`EEXIST: ${name}`)
          const file = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
          stored.files.set(name, file)
          return () => openFile(file)
        }),
      remove: (name) =>
        step(() => {
          if (!stored.files.delete(name)) throw new Error(`ENOENT: ${name}`)
          return () => undefined
        }),
      sync: () =>
        step(() => {
          const names = new Map(stored.files)
          return () => void (stored.synced = names)
        }, syncTurns),
      folders: () => step(() => () => [...stored.folders.keys()]),
      folder: (name) =>
        step(() => () => {
          const folder = stored.folders.get(name) ?? newFolder()
          stored.folders.set(name, folder)
          return this.#open(folder, process)
        }),
    }
  }

  #refuseDead(process: number) {
    if (process !== this.#process) throw new Error('EIO: this process is dead')
  }
}

function cutFolder(folder: StoredFolder, random: Random) {
  const { files, synced } = folder
  const kept = new Map<string, StoredFile>()
  for (const name of new Set([...files.keys(), ...synced.keys()])) {
    const file = files.get(name) === synced.get(name) || random.chance(0.5) ? files : synced
    const found = file.get(name)
    if (found) kept.set(name, found)
  }
  for (const file of new Set(kept.values())) {
    file.bytes = cutFile(file, random)
    file.synced = file.bytes
  }
  folder.files = kept
  folder.synced = new Map(kept)
  for (const child of folder.folders.values()) cutFolder(child, random)
}

function cutFile({ bytes, synced }: StoredFile, random: Random) {
  if (bytes === synced) return bytes
  const [short, long] = [bytes.length, synced.length].toSorted((a, b) => a - b) as [number, number]
  const size = random.pick([short, long, random.between(short, long)])
  const result = Buffer.alloc(size)
  for (let at = 0; at < size; at += sectorBytes) {
    const place = [at, Math.min(at + sectorBytes, size)] as const
    const [before, after] = [synced.subarray(...place), bytes.subarray(...place)]
    const isWritten = !before.equals(after)
    result.set(!isWritten || random.chance(0.6) ? after : before, at)
    const end = Math.min(place[1], bytes.length)
    const flipped = random.between(at, end - 1)
    // Only where it was written since: what was synced stays as it is.
    if (end > at && flipped >= synced.length && random.chance(0.05)) {
      result.writeUInt8(result.readUInt8(flipped) ^ (1 << random.between(0, 7)), flipped)
    }
  }
  return result
}
