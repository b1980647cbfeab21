import { crc32c } from '../protocol/crc.ts'
import { u32, u64 } from '../protocol/frames.ts'
import type { Folder, ReadOnlyFolder } from './files.ts'

export const markerName = 'clean'

/** Reads the end of a log that was closed cleanly. Ignores a torn marker. */
export async function readMarker(folder: ReadOnlyFolder) {
  if (!(await folder.list()).includes(markerName)) return undefined
  const file = await folder.open(markerName)
  const bytes = await file.read(0, 12).finally(() => file.close())
  if (bytes.length < 12) return undefined
  if (bytes.readUInt32BE(8) !== crc32c(bytes, 0, 8)) return undefined
  return bytes.readBigUInt64BE()
}

/** Marks a log as closed cleanly, once all of it is on the disk. */
export async function writeMarker(folder: Folder, end: bigint) {
  const file = await folder.create(markerName)
  await file.write(Buffer.concat([u64(end), u32(crc32c(u64(end)))]), 0)
  await file.sync()
  await file.close()
  await folder.sync()
}

export async function removeMarker(folder: Folder) {
  if ((await folder.list()).includes(markerName))
    await folder.remove(markerName)
}
