import { join } from 'node:path'
import { readGroup } from '../broker/groups.ts'
import { readOnlyFolder, type ReadOnlyFolder } from '../log/files.ts'
import { markerName } from '../log/marker.ts'
import { openSegments } from '../log/recovery.ts'
import { isSegment } from '../log/segment.ts'
import type { BusRecord } from '../port.ts'
import { batchesIn, recordsIn, type Header } from '../protocol/format.ts'
import { isName } from '../protocol/names.ts'

/** A record as it is stored in a log. */
export interface StoredRecord extends BusRecord {
  /** When the broker accepted it, in ms since 1970. */
  timeMs: number
}

/**
 * Opens a data folder for reading. The commands never change it, and a broker
 * may use it at the same time. Names what is passed over on standard error.
 */
export async function openData(path: string) {
  const folder = readOnlyFolder(path)
  const names = await folder.list().catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause
    throw new Error(
      `DATA_DIR=${path} is not a folder. Set it to the data folder of a broker.`,
      { cause },
    )
  })
  if (!names.includes('__groups')) {
    throw new Error(
      `DATA_DIR=${path} is not the data folder of a broker: it has no folder __groups. Set it to one. If __groups is lost, create it: then no group has a position.`,
    )
  }
  const topics: string[] = []
  for (const name of names.sort()) {
    if (isName(name) && (await folder.isFolder(name))) topics.push(name)
    else if (name !== '__groups' && !name.startsWith('lock-~')) passOver(name)
  }
  return { folder, topics }
}

const passOver = (name: string) =>
  console.error(`Passed over ${name}: a broker does not use it.`)

/**
 * Opens a log and checks every byte.
 *
 * @throws BusError STORAGE, with file and position
 */
export async function openLog(data: ReadOnlyFolder, name: string) {
  const folder = await data.folder(name)
  for (let attempt = 1; ; attempt++) {
    const names = await folder.list()
    try {
      const log = await openSegments(folder)
      for (const other of names) {
        const isOurs = isSegment(other) || other === markerName
        if (!isOurs) passOver(join(name, other))
      }
      return log
    } catch (error) {
      // A running broker may have deleted a segment or the marker meanwhile.
      const left = await folder.list()
      const isChanged = names.some((before) => !left.includes(before))
      if (!isChanged || attempt === 5) throw error
    }
  }
}

/** Yields all batches of a log. Checks all of them first. */
async function* readLog(
  data: ReadOnlyFolder,
  name: string,
): AsyncGenerator<{ header: Header; batch: Buffer }> {
  const { segments } = await openLog(data, name)
  try {
    for (const { file, size } of segments) {
      yield* batchesIn(await file.read(0, size))
    }
  } finally {
    for (const { file } of segments) await file.close()
  }
}

export async function* readRecords(
  data: ReadOnlyFolder,
  topic: string,
): AsyncGenerator<StoredRecord> {
  for await (const { header, batch } of readLog(data, topic)) {
    let offset = header.baseOffset
    const timeMs = Number(header.timeMs)
    for (const record of recordsIn(batch)) {
      yield { ...record, topic, partition: 0, offset: offset++, timeMs }
    }
  }
}

/** Reads the state of each group, by `<group>/<topic>`. */
export async function readGroups(data: ReadOnlyFolder) {
  const groups = new Map<string, ReturnType<typeof readGroup>>()
  for await (const { batch } of readLog(data, '__groups')) {
    for (const { key, value } of recordsIn(batch)) {
      groups.set(String(key), readGroup(value!))
    }
  }
  return groups
}
