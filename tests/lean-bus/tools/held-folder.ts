import { onTestFinished } from 'vitest'
import type { Folder, LogFile } from '../../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../../examples/lean-bus/src/log/memory-files.ts'

/** A disk in memory whose syncs can be held up: what was written meanwhile is not acknowledged. */
export interface HeldFolder {
  readonly folder: Folder
  /** From now on no file in this folder of it is synced. */
  hold(name: string): void
  /** What was held up goes on. */
  release(): void
}

export function heldFolder(): HeldFolder {
  let held: { readonly name: string; readonly gate: PromiseWithResolvers<undefined> } | undefined
  const wrapFile = (name: string, file: LogFile): LogFile => ({
    ...file,
    async sync() {
      if (held?.name === name) await held.gate.promise
      await file.sync()
    },
  })
  const wrap = (name: string, folder: Folder): Folder => ({
    ...folder,
    open: async (file) => wrapFile(name, await folder.open(file)),
    create: async (file) => wrapFile(name, await folder.create(file)),
    folder: async (child) => wrap(child, await folder.folder(child)),
  })
  const release = () => {
    held?.gate.resolve(undefined)
    held = undefined
  }
  return {
    folder: wrap('', memoryFolder()),
    hold(name) {
      held = { name, gate: Promise.withResolvers<undefined>() }
      // Also after a failure: a broker does not close before its last sync.
      onTestFinished(release)
    },
    release,
  }
}
