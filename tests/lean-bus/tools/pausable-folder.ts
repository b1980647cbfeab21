import { onTestFinished } from 'vitest'
import type { Folder, LogFile } from '../../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../../examples/lean-bus/src/log/memory-files.ts'

/** Creates a folder in memory whose syncs can be paused: what is written meanwhile is not acknowledged. */
export function createPausableFolder() {
  let paused: { readonly name: string; readonly gate: PromiseWithResolvers<undefined> } | undefined
  const wrapFile = (name: string, file: LogFile): LogFile => ({
    ...file,
    async sync() {
      if (paused?.name === name) await paused.gate.promise
      await file.sync()
    },
  })
  const wrap = (name: string, folder: Folder): Folder => ({
    ...folder,
    open: async (file) => wrapFile(name, await folder.open(file)),
    create: async (file) => wrapFile(name, await folder.create(file)),
    folder: async (child) => wrap(child, await folder.folder(child)),
  })
  const resume = () => {
    paused?.gate.resolve(undefined)
    paused = undefined
  }
  return {
    folder: wrap('', memoryFolder()),
    /** Pauses the syncs of all files in the folder of this name. */
    pause(name: string) {
      paused = { name, gate: Promise.withResolvers<undefined>() }
      // A broker doesn't close before its last sync, also when the test fails.
      onTestFinished(resume)
    },
    /** Finishes the paused syncs. */
    resume,
  }
}
