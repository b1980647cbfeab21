import type { Folder, LogFile } from '../../examples/lean-bus/src/log/files.ts'

/** What went to the segments of topics. */
export interface Counts {
  writes: number
  bytes: number
  syncs: number
}

/**
 * A broker's folder that counts what is written to its topics.
 *
 * @param isSynced whether sync does what it says; without it nothing survives a power cut
 */
export function countingFolder(folder: Folder, counts: Counts, isSynced: boolean): Folder {
  const counted = (file: LogFile): LogFile => ({
    ...file,
    async write(bytes, position) {
      counts.writes++
      counts.bytes += bytes.length
      await file.write(bytes, position)
    },
    async sync() {
      if (!isSynced) return
      counts.syncs++
      await file.sync()
    },
  })
  return {
    ...folder,
    open: async (name) => counted(await folder.open(name)),
    create: async (name) => counted(await folder.create(name)),
    sync: async () => (isSynced ? folder.sync() : undefined),
    async folder(name) {
      // What the groups store is not published.
      const isOfGroups = name.startsWith('_')
      const inner = isOfGroups ? { writes: 0, bytes: 0, syncs: 0 } : counts
      return countingFolder(await folder.folder(name), inner, isSynced)
    },
  }
}
