import fs from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../random.ts'
import { DiskModel, type PowerCut } from './model.ts'
import type { Entry } from './options.ts'

/** Linux writes files back in pages. */
const pageBytes = 4096

/** Follows a folder on the real disk with a model of it, and cuts its power. Starts with an empty folder. */
export function createDiskFollower(data: string) {
  const model = new DiskModel(pageBytes)

  function apply(entry: Entry, syncs: Map<number, () => void>): void {
    switch (entry[0]) {
      case 'create':
        return void model.create(entry[1])
      case 'make folder':
        return model.makeFolder(entry[1])
      case 'write':
        return model.file(entry[1]).write(Buffer.from(entry[3], 'base64'), entry[2])
      case 'truncate':
        return model.file(entry[1]).truncate(entry[2])
      case 'remove':
        return model.remove(entry[1])
      case 'begin sync':
        return void syncs.set(entry[2], model.beginSync(entry[1]))
      case 'end sync':
        return syncs.get(entry[1])?.()
      case 'fault':
    }
  }

  /** Takes over the last changes of a process that was killed before it could journal them. */
  function catchUp(): void {
    const found = new Set(listPaths(data))
    for (const path of model.paths()) if (path !== '' && !found.has(path)) model.remove(path)
    for (const path of [...found].sort()) {
      if (fs.statSync(join(data, path)).isDirectory()) model.makeFolder(path)
      else {
        const file = model.has(path) ? model.file(path) : model.create(path)
        // One change more or less shows in the size.
        if (fs.statSync(join(data, path)).size === file.bytes.length) continue
        file.replace(fs.readFileSync(join(data, path)))
      }
    }
  }

  return {
    /** Applies the journal of a process that has exited, and empties it. */
    replay(journal: string): readonly Entry[] {
      const lines = fs.readFileSync(journal, 'utf8').split('\n').slice(0, -1)
      const entries = lines.map((line) => JSON.parse(line) as Entry)
      const syncs = new Map<number, () => void>()
      for (const entry of entries) apply(entry, syncs)
      catchUp()
      fs.truncateSync(journal)
      return entries
    },
    /** Cuts the power of the model, and leaves on the real disk what survives. */
    cutPower(random: Random): PowerCut {
      const files = () => model.paths().filter((path) => !model.isFolder(path))
      const unchanged = new Set(files().map((path) => model.file(path).bytes))
      const cut = model.cutPower(random)
      for (const path of listPaths(data)) {
        if (!model.has(path)) fs.rmSync(join(data, path), { recursive: true, force: true })
      }
      for (const path of files()) {
        const { bytes } = model.file(path)
        if (!unchanged.has(bytes)) fs.writeFileSync(join(data, path), bytes)
      }
      return cut
    },
  }
}

/** All files and folders below a folder, relative to it. Sockets, which serve as locks, don't survive their process. */
function listPaths(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !fs.lstatSync(join(folder, path)).isSocket())
}
