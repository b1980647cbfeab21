import { stat } from 'node:fs/promises'
import { readGroup } from '../broker/groups.ts'
import { diskFolder, type Folder } from '../log/files.ts'
import { openSegments } from '../log/recovery.ts'
import type { BusRecord } from '../port.ts'
import { batchesIn, recordsIn, type Header } from '../protocol/format.ts'

/** A record as it is stored in a log. */
export interface StoredRecord extends BusRecord {
  /** When the broker accepted it, in ms since 1970. */
  timeMs: number
}

/** Opens a data folder for reading. The commands must not change it. */
export async function openData(path: string) {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new Error(
      `DATA_DIR=${path} is not a folder. Set it to the data folder of a broker.`,
    )
  }
  const folder = await diskFolder(path)
  const names = (await folder.folders()).sort()
  return { folder, topics: names.filter((name) => name !== '__groups') }
}

/**
 * Yields all batches of a log. Checks all of them first.
 *
 * @throws BusError STORAGE, with file and position
 */
async function* readLog(
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

/** Reads the state of each group, by `<group>/<topic>`. */
export async function readGroups(data: Folder) {
  const groups = new Map<string, ReturnType<typeof readGroup>>()
  for await (const { batch } of readLog(await data.folder('__groups'))) {
    for (const { key, value } of recordsIn(batch)) {
      groups.set(key, readGroup(value))
    }
  }
  return groups
}
