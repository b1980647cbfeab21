import fs from 'node:fs'
import { dirname, join } from 'node:path'
import type { Entry } from './disk-options.ts'
import type { Random } from '../random.ts'

/** What the disk still owes of one file. */
interface OwedFile {
  /** The first so many bytes are on the disk. */
  synced: number
  /** It was cut to `size`; `aside` holds the bytes behind it, which may be back after a power cut. */
  cuts: { readonly size: number; readonly aside: string }[]
}

/** A name that was made or deleted, and not synced since. */
type Change =
  | { readonly kind: 'made' }
  | { readonly kind: 'removed'; readonly aside: string; readonly file: OwedFile }

/** What a power cut did to the bytes of one file. Positions and sizes are in bytes. */
export interface Damage {
  /** Relative to the watched folder. */
  readonly path: string
  readonly syncedSize: number
  readonly writtenSize: number
  /** What is left of it. */
  readonly keptSize: number
  /** Bytes of which some bits are turned. */
  readonly flipped: readonly number[]
  /** Zeroed pages, as far as they were not synced: from, to (exclusive). */
  readonly zeroed: readonly (readonly [from: number, to: number])[]
}

/** What a power cut did, counted. */
export interface PowerCut {
  readonly damages: readonly Damage[]
  /** Names that were made, and are gone. */
  readonly creations: number
  /** Names that were deleted, and are back. */
  readonly deletions: number
  /** Tails that were cut off, and are back. */
  readonly truncations: number
}

const page = 4096

/**
 * What a disk has promised, and what it may have lost when the power goes: everything else. It keeps what it synced; names
 * without a sync of their folder, and bytes without a sync of their file, may be there or not, each by itself.
 *
 * @param data the watched folder
 * @param aside where the journal's `aside` files lie
 */
export function createDiskState(data: string, aside: string) {
  // What is in neither of them is on the disk.
  const files = new Map<string, OwedFile>()
  const changes = new Map<string, Change[]>()

  const fileOf = (path: string, synced: number) => {
    const file = files.get(path) ?? { synced, cuts: [] }
    files.set(path, file)
    return file
  }
  const change = (path: string, one: Change) => {
    changes.set(path, [...(changes.get(path) ?? []), one])
  }

  function apply(entry: Entry): void {
    switch (entry[0]) {
      case 'open':
        return void fileOf(entry[1], entry[2])
      case 'create':
        files.set(entry[1], { synced: 0, cuts: [] })
        return change(entry[1], { kind: 'made' })
      case 'make folder':
        return change(entry[1], { kind: 'made' })
      case 'sync':
        return void files.set(entry[1], { synced: entry[2], cuts: [] })
      case 'sync folder':
        for (const path of changes.keys()) if (folderOf(path) === entry[1]) changes.delete(path)
        return
      case 'truncate': {
        const [, path, size, kept] = entry
        const { synced, cuts } = fileOf(path, size)
        files.set(path, {
          synced: Math.min(synced, size),
          cuts: [...cuts, { size, aside: kept }],
        })
        return
      }
      case 'remove': {
        const [, path, kept] = entry
        const { size } = fs.statSync(join(aside, kept))
        change(path, { kind: 'removed', aside: kept, file: fileOf(path, size) })
        files.delete(path)
        return
      }
      case 'fault':
    }
  }

  /** A process may die between the announcement of a deletion and the deletion. */
  function takeBack(): void {
    for (const [path, list] of changes) {
      const last = list.at(-1)
      if (last?.kind !== 'removed' || !fs.existsSync(join(data, path))) continue
      files.set(path, last.file)
      list.pop()
      if (list.length === 0) changes.delete(path)
    }
  }

  /** Puts a name into one of the states that it has had since its folder was synced; says what was undone. */
  function undo(path: string, list: readonly Change[], random: Random, all: boolean) {
    const state = all ? 0 : random.between(0, list.length)
    const next = list[state]
    const full = join(data, path)
    if (!next) return undefined
    fs.rmSync(full, { recursive: true, force: true })
    if (next.kind === 'removed') {
      fs.linkSync(join(aside, next.aside), full)
      files.set(path, next.file)
      return 'deletions' as const
    }
    // Of a folder all that was in it.
    for (const inside of files.keys()) if (isIn(path, inside)) files.delete(inside)
    return 'creations' as const
  }

  /** Brings back what was cut off a file, as far as nothing else stands there now. */
  function uncut(path: string, { cuts }: OwedFile, random: Random) {
    let undone = 0
    for (const { size, aside: kept } of cuts) {
      const full = join(data, path)
      const tail = fs.readFileSync(join(aside, kept)).subarray(fs.statSync(full).size - size)
      if (tail.length === 0 || random.chance(0.5)) continue
      fs.appendFileSync(full, tail)
      undone++
    }
    return undone
  }

  return {
    /** Takes what a process has noted, once that has ended. */
    replay(journal: string): readonly Entry[] {
      const lines = fs.readFileSync(journal, 'utf8').split('\n').slice(0, -1)
      const entries = lines.map((line) => JSON.parse(line) as Entry)
      for (const entry of entries) apply(entry)
      takeBack()
      fs.truncateSync(journal)
      return entries
    },
    /**
     * Cuts the power: loses of what was not synced as much as `random` says. What is left is on the disk.
     *
     * @param look shown each file that has unsynced bytes, before
     */
    cut(random: Random, look: (path: string, file: OwedFile) => void = () => {}): PowerCut {
      const undone = { creations: 0, deletions: 0, truncations: 0 }
      const all = random.chance(0.3)
      // Folders before what is in them.
      for (const path of [...changes.keys()].sort()) {
        if (!fs.existsSync(dirname(join(data, path)))) continue
        const what = undo(path, changes.get(path) ?? [], random, all)
        if (what) undone[what]++
      }
      const damages: Damage[] = []
      for (const [path, file] of files) {
        const full = join(data, path)
        if (!fs.existsSync(full)) continue
        undone.truncations += uncut(path, file, random)
        if (fs.statSync(full).size <= file.synced) continue
        look(path, file)
        damages.push(damage(full, path, file.synced, random))
      }
      files.clear()
      changes.clear()
      for (const name of fs.readdirSync(aside)) fs.rmSync(join(aside, name))
      return { damages, ...undone }
    },
  }
}

/** Cuts a file between what was synced and what was written, turns bits and zeroes pages in what is left of that range. */
function damage(full: string, path: string, syncedSize: number, random: Random): Damage {
  const bytes = fs.readFileSync(full)
  const keptSize = random.chance(0.4) ? bytes.length : random.between(syncedSize, bytes.length)
  const flipped: number[] = []
  const zeroed: [number, number][] = []
  if (keptSize > syncedSize) {
    for (let left = random.chance(0.5) ? random.between(1, 3) : 0; left > 0; left--) {
      const at = random.between(syncedSize, keptSize - 1)
      bytes[at] = (bytes[at] ?? 0) ^ random.between(1, 255)
      flipped.push(at)
    }
    const pages = [Math.floor(syncedSize / page), Math.floor((keptSize - 1) / page)] as const
    for (let left = random.chance(0.4) ? random.between(1, 2) : 0; left > 0; left--) {
      const at = random.between(...pages) * page
      const range = [Math.max(at, syncedSize), Math.min(at + page, keptSize)] as const
      bytes.fill(0, ...range)
      zeroed.push([...range])
    }
  }
  fs.writeFileSync(full, bytes.subarray(0, keptSize))
  return { path, syncedSize, writtenSize: bytes.length, keptSize, flipped, zeroed }
}

function folderOf(path: string): string {
  const folder = dirname(path)
  return folder === '.' ? '' : folder
}

const isIn = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`)
