import type { Folder, LogFile } from '../../examples/lean-bus/src/log/files.ts'

/** Writes and syncs of topic segments. */
export interface Counts {
  writes: number
  bytes: number
  syncs: number
}

/**
 * Wraps a broker's folder to count the writes and syncs of its topics.
 *
 * @param isSynced whether sync works. If it does nothing, a power cut may lose everything.
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
      // Committed offsets are not published messages, so the groups' log isn't counted.
      const isGroupsLog = name.startsWith('_')
      const inner = isGroupsLog ? { writes: 0, bytes: 0, syncs: 0 } : counts
      return countingFolder(await folder.folder(name), inner, isSynced)
    },
  }
}
