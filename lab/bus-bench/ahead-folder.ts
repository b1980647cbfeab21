import type { Folder, LogFile } from '../../examples/lean-bus/src/files.ts'

/** How far ahead, in bytes. */
export const ahead = 8 * 2 ** 20

/** A folder whose new files have their size ahead of what is written. They cannot be recovered: there is no end to see. */
export function aheadFolder(folder: Folder): Folder {
  return {
    ...folder,
    create: async (name) => aheadFile(await folder.create(name)),
    folder: async (name) => aheadFolder(await folder.folder(name)),
  }
}

function aheadFile(file: LogFile): LogFile {
  let size = 0
  return {
    ...file,
    async write(bytes, position) {
      if (position + bytes.length > size) {
        size = position + bytes.length + ahead
        await file.truncate(size)
        await file.sync()
      }
      await file.write(bytes, position)
    },
  }
}
