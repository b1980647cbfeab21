import { dirname } from 'node:path'
import type { Random } from '../../random.ts'
import type { Recovery } from '../record.ts'

type DamageField = 'path' | 'syncedSize' | 'keptSize' | 'flipped' | 'zeroed'

/** The effect of a power cut on a file that had only grown since its last sync. */
export interface FileDamage extends Pick<Recovery, DamageField> {
  readonly written: Buffer
}

/** The effects of a power cut. */
export interface PowerCut {
  readonly damages: readonly FileDamage[]
  /** Created names that are gone. */
  readonly creations: number
  /** Removed names that are back. */
  readonly deletions: number
  /** Files that are longer than they were, because a truncation was undone. */
  readonly truncations: number
}

/** A file that grows at its end and is truncated. Its buffers never change once they are stored. */
export class ModelFile {
  /** The contents since the last finished sync: the safe one first, the current one last. */
  #versions: Buffer[] = [Buffer.alloc(0)]

  get bytes(): Buffer {
    return this.#versions.at(-1) as Buffer
  }

  replace(bytes: Buffer): void {
    this.#versions.push(bytes)
  }

  write(bytes: Uint8Array, position: number): void {
    if (position !== this.bytes.length)
      throw new Error(`EINVAL: a write at ${position} is not at the end`)
    this.replace(Buffer.concat([this.bytes, bytes]))
  }

  truncate(size: number): void {
    this.replace(this.bytes.subarray(0, size))
  }

  /** Begins a sync of the current bytes. They are safe when the caller calls the returned function. */
  beginSync(): () => void {
    const { bytes } = this
    return () => forgetBefore(this.#versions, bytes)
  }

  cutPower(random: Random, sectorBytes: number) {
    const written = this.bytes
    const versions = this.#versions
    const sizes = versions.map(({ length }) => length)
    const [syncedSize, longest] = [Math.min(...sizes), Math.max(...sizes)]
    const anySize = random.between(syncedSize, longest)
    const keptSize = random.pick([written.length, longest, syncedSize, anySize, anySize])
    const kept = Buffer.alloc(keptSize)
    const zeroed: [from: number, to: number][] = []
    const flipped: number[] = []
    const lossRate = random.pick([0, 0, 0.4])
    for (let from = 0; from < keptSize; from += sectorBytes) {
      const to = Math.min(from + sectorBytes, keptSize)
      const isLost = to > syncedSize && random.chance(lossRate)
      const newest = versions.findLast(({ length }) => length > from) ?? written
      const source = isLost ? (versions[random.between(0, versions.length - 1)] ?? written) : newest
      kept.set(source.subarray(from, to), from)
      if (isLost && source.length < to) zeroed.push([Math.max(from, source.length), to])
    }
    const flips = keptSize > syncedSize && random.chance(0.5) ? random.between(1, 3) : 0
    for (let i = 0; i < flips; i++) {
      const at = random.between(syncedSize, keptSize - 1)
      kept[at] = (kept[at] ?? 0) ^ random.between(1, 255)
      flipped.push(at)
    }
    if (versions.length > 1) this.#versions = [kept]
    const isGrown = sizes.every((size, i) => size >= (sizes[i - 1] ?? 0))
    return { syncedSize, written, keptSize, flipped, zeroed, isGrown }
  }
}

/** A state of a name. */
interface NameState {
  readonly entry: ModelFile | 'folder' | undefined
}

/**
 * A disk in memory that can lose its power. It guarantees no more than POSIX:
 *
 * - Bytes: those that a finished sync of their file covered survive. A sector that was written since then keeps its new
 *   bytes, or an earlier version since then, with zeros where that was shorter. Single bytes of it may be garbled.
 * - Metadata: the size of a file is safe when its bytes are. Otherwise it is anywhere between the smallest and the largest
 *   since the last sync, so that a truncation can be undone. Times and modes are not modeled, as the bus reads none.
 * - Names: those that a finished sync of their folder covered survive. A name that was created or removed since then has one
 *   of its states since then, independently of other names and of the bytes of its file. A folder that loses its name loses
 *   all that is in it.
 * - Renames are not modeled, as the bus does none. The watched disk rejects them.
 *
 * Paths are relative to the root folder, whose own path is the empty string.
 */
export class DiskModel {
  /** By path, the states since the last finished sync of the folder: the safe one first, the current one last. */
  readonly #names = new Map<string, NameState[]>([['', [{ entry: 'folder' }]]])
  /** Sectors survive or are lost as a whole. */
  readonly #sectorBytes: number

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes
  }

  /** The paths of all files and folders. A folder comes before its contents. */
  paths(): string[] {
    return [...this.#names.keys()].filter((path) => this.has(path)).sort()
  }

  has(path: string): boolean {
    return this.#entry(path) !== undefined
  }

  isFolder(path: string): boolean {
    return this.#entry(path) === 'folder'
  }

  /** @throws Error when no such file exists */
  file(path: string): ModelFile {
    const entry = this.#entry(path)
    if (entry instanceof ModelFile) return entry
    throw new Error(`ENOENT: ${path}`)
  }

  /** @throws Error when the name exists */
  create(path: string): ModelFile {
    if (this.has(path)) throw new Error(`EEXIST: ${path}`)
    const file = new ModelFile()
    this.#change(path, file)
    return file
  }

  makeFolder(path: string): void {
    if (!this.has(path)) this.#change(path, 'folder')
  }

  /** @throws Error when no such file exists */
  remove(path: string): void {
    this.file(path)
    this.#change(path, undefined)
  }

  /** Begins a sync of a file's bytes, or of a folder's names. They are safe when the caller calls the returned function. */
  beginSync(path: string): () => void {
    if (!this.isFolder(path)) return this.file(path).beginSync()
    const names = [...this.#names].filter(([name]) => folderOf(name) === path && name !== '')
    const current = names.map(([, states]) => [states, states.at(-1)] as const)
    return () => {
      for (const [states, state] of current) forgetBefore(states, state)
    }
  }

  /** Cuts the power. `random` decides what survives of everything that was not synced; what survives is safe. */
  cutPower(random: Random): PowerCut {
    const undone = { creations: 0, deletions: 0, truncations: 0 }
    const damages: FileDamage[] = []
    const isWorstCase = random.chance(0.3)
    for (const path of [...this.#names.keys()].sort()) {
      const states = this.#names.get(path) ?? []
      const before = states.at(-1)?.entry
      const state = states[isWorstCase ? 0 : random.between(0, states.length - 1)]
      const hasFolder = path === '' || this.isFolder(folderOf(path))
      if (!state?.entry || !hasFolder) {
        if (before && hasFolder) undone.creations++
        this.#names.delete(path)
        continue
      }
      if (!before) undone.deletions++
      this.#names.set(path, [state])
      if (state.entry === 'folder') continue
      const { isGrown, ...damage } = state.entry.cutPower(random, this.#sectorBytes)
      if (damage.keptSize > damage.written.length) undone.truncations++
      if (isGrown && damage.syncedSize < damage.written.length) damages.push({ path, ...damage })
    }
    return { damages, ...undone }
  }

  #entry(path: string) {
    return this.#names.get(path)?.at(-1)?.entry
  }

  #change(path: string, entry: NameState['entry']): void {
    const states = this.#names.get(path) ?? [{ entry: undefined }]
    states.push({ entry })
    this.#names.set(path, states)
  }
}

/** Drops the items before this one. Drops none if a later sync has already dropped this one. */
function forgetBefore<Item>(items: Item[], item: Item): void {
  items.splice(0, Math.max(0, items.lastIndexOf(item)))
}

const folderOf = (path: string) => dirname(path).replace(/^\.$/, '')
