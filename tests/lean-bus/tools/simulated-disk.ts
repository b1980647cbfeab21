import { setImmediate as turn } from 'node:timers/promises'
import type { Folder, LogFile } from '../../../examples/lean-bus/src/log/files.ts'
import { DiskModel, type ModelFile } from '../../../lab/crash/disk/model.ts'
import type { Random } from '../../../lab/random.ts'

/** Smaller than the sector of a real disk, so that batches of a hundred bytes are torn like large ones. */
const sectorBytes = 32

/** A sync takes longer than a read, so that a broker that reads unsynced bytes is caught. */
const syncTurns = 4

/** An operation that changes the disk when it begins. */
const beginWith = (change: () => void) => () => {
  change()
  return () => undefined
}

/** A disk model as a `Folder`. Each operation takes turns of the event loop, so that a crash can come between them. */
export class SimulatedDisk {
  /** Without syncs, a sync reports success and keeps nothing, as a lying disk does. */
  readonly #syncs: boolean
  readonly #model = new DiskModel(sectorBytes)
  #process = 0
  #running = 0

  constructor({ syncs = true } = {}) {
    this.#syncs = syncs
  }

  /** The root folder for the next process. Operations of earlier processes are rejected and change nothing. */
  root(): Folder {
    return this.#open('', ++this.#process)
  }

  /** Ends the process as SIGKILL does: the page cache keeps everything that it wrote. */
  kill(): void {
    this.#process++
  }

  /** Ends the process. `random` decides what survives of everything that was not synced. */
  cutPower(random: Random): void {
    this.#process++
    this.#model.cutPower(random)
  }

  /** Resolves when no operation was running for some turns. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      await turn()
      if (this.#running > 0) quiet = 0
    }
  }

  /** The files of a folder by name, with their sizes in bytes. */
  sizes(folder: string): { readonly name: string; readonly size: number }[] {
    const names = this.#list(folder)
    return names.map((name) => ({ name, size: this.#model.file(`${folder}/${name}`).bytes.length }))
  }

  #list(folder: string): string[] {
    const prefix = folder === '' ? '' : `${folder}/`
    const inside = this.#model.paths().filter((path) => path !== '' && path.startsWith(prefix))
    return inside.map((path) => path.slice(prefix.length)).filter((name) => !name.includes('/'))
  }

  #open(folder: string, process: number): Folder {
    const model = this.#model
    const pathOf = (name: string) => (folder === '' ? name : `${folder}/${name}`)
    /** Begins an operation, and finishes it some turns later if the process is still alive. */
    const operate = async <T>(begin: () => () => T, turns = 1): Promise<T> => {
      this.#rejectDead(process)
      this.#running++
      try {
        const finish = begin()
        for (let i = 0; i < turns; i++) await turn()
        this.#rejectDead(process)
        return finish()
      } finally {
        this.#running--
      }
    }
    const openFile = (file: ModelFile): LogFile => {
      let isClosed = false
      const operateOpen = <T>(begin: () => () => T, turns?: number) =>
        operate(() => {
          if (isClosed) throw new Error('EBADF: the file is closed')
          return begin()
        }, turns)
      return {
        size: () => operateOpen(() => () => file.bytes.length),
        read: (position, length) =>
          operateOpen(() => () => Buffer.from(file.bytes.subarray(position, position + length))),
        write: (bytes, position) => operateOpen(beginWith(() => file.write(bytes, position))),
        sync: () =>
          operateOpen(() => (this.#syncs ? file.beginSync() : () => undefined), syncTurns),
        truncate: (size) => operateOpen(beginWith(() => file.truncate(size))),
        close: async () => {
          this.#rejectDead(process)
          isClosed = true
        },
      }
    }
    return {
      list: () => operate(() => () => this.#list(folder)),
      isFolder: (name) => operate(() => () => model.isFolder(pathOf(name))),
      open: (name) => operate(() => () => openFile(model.file(pathOf(name)))),
      create: (name) =>
        operate(() => {
          const file = model.create(pathOf(name))
          return () => openFile(file)
        }),
      remove: (name) => operate(beginWith(() => model.remove(pathOf(name)))),
      sync: () => operate(() => model.beginSync(folder), syncTurns),
      folder: (name) =>
        operate(() => () => {
          model.makeFolder(pathOf(name))
          model.beginSync(folder)()
          return this.#open(pathOf(name), process)
        }),
    }
  }

  #rejectDead(process: number) {
    if (process !== this.#process) throw new Error('EIO: this process is dead')
  }
}
