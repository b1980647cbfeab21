import { stat } from 'node:fs/promises'
import { diskFolder, type Folder } from '../log/files.ts'
import { batchesIn, recordsIn, type Header } from '../protocol/format.ts'
import { readGroup } from '../broker/groups.ts'
import { openSegments } from '../log/recovery.ts'
import type { BusRecord } from '../port.ts'

/** A record as it lies in a log. */
export interface StoredRecord extends BusRecord {
  /** When the broker took it, in milliseconds since 1970. */
  timeMs: number
}

/** What a data folder holds, read without changing it. */
export async function openData(path: string) {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new Error(`DATA_DIR=${path} is not a folder`)
  const folder = await diskFolder(path)
  const names = (await folder.folders()).sort()
  return { folder, topics: names.filter((name) => name !== '__groups') }
}

/**
 * All batches of a log, checked before the first is given.
 *
 * @throws BusError STORAGE, with file and position
 */
export async function* readLog(
  folder: Folder,
): AsyncGenerator<{ header: Header; batch: Buffer }> {
  const { segments } = await openSegments(folder)
  try {
    for (const { file, size } of segments) {
      yield* batchesIn(await file.read(0, size))
    }
  } finally {
    for (const { file } of segments) await file.close()
  }
}

export async function* readRecords(
  data: Folder,
  topic: string,
): AsyncGenerator<StoredRecord> {
  for await (const { header, batch } of readLog(await data.folder(topic))) {
    let offset = header.baseOffset
    const timeMs = Number(header.timeMs)
    for (const record of recordsIn(batch)) {
      yield { ...record, topic, partition: 0, offset: offset++, timeMs }
    }
  }
}

/** The position of each group, by `<group>/<topic>`. */
export async function readGroups(data: Folder) {
  const groups = new Map<string, ReturnType<typeof readGroup>>()
  for await (const { batch } of readLog(await data.folder('__groups'))) {
    for (const { key, value } of recordsIn(batch)) {
      groups.set(key, readGroup(value))
    }
  }
  return groups
}
