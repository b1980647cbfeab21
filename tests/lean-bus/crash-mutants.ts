import type { Kind } from '../../lab/crash/record.ts'
import type { Mutant } from '../contract/mutate.ts'

/** A bug in the example's source, and how the crash laboratory reports it. */
export interface CrashMutant extends Omit<Mutant, 'fails'> {
  readonly report: RegExp
  /** The kinds of rounds that can reveal it. Default: all. */
  readonly kinds?: readonly [Kind, ...Kind[]]
}

const missing = /promised at|out of reach/
const lostPosition = /was acknowledged|a lease from/
const lost = new RegExp(`${missing.source}|${lostPosition.source}`)
const served = /^[1-9]\d* served$/

/** A bug without `to` deletes `from`. */
type Bug = Omit<CrashMutant, 'file' | 'fault' | 'to'> & Partial<Pick<CrashMutant, 'to'>>

/** Lists bugs by file and by `fault`. */
const listMutants = (files: Record<string, Record<string, Bug>>): CrashMutant[] =>
  Object.entries(files).flatMap(([file, bugs]) =>
    Object.entries(bugs).map(([fault, bug]) => ({ file, fault, to: '', ...bug })),
  )

/** Bugs that crashes have to reveal. */
export const crashMutants = listMutants({
  'src/log/files.ts': {
    'no fdatasync': {
      report: lost,
      from: 'sync: () => handle.datasync(),',
      to: 'sync: async () => {},',
    },
    'no sync of the parent folder after a topic is created': {
      report: lost,
      from: '    await syncFolder(dirname(at))\n',
    },
    'a short write is taken for a complete one': {
      report: new RegExp(`${lost.source}|exited without a signal`),
      from: 'done += bytesWritten',
      to: 'done += Math.max(bytesWritten, left)',
    },
  },
  'src/log/segment.ts': {
    'no sync of the folder after a segment is created': {
      report: lost,
      from: '  await folder.sync()\n  return newSegment',
      to: '  return newSegment',
    },
  },
  'src/log/log.ts': {
    'no sync of the folder after a deletion': {
      report: /out of reach/,
      from: '          await folder.sync()\n        } catch',
      to: '        } catch',
    },
    'no sync of what a start finds in the page cache': {
      report: lost,
      from: '  await segments.at(-1)!.file.sync()\n',
    },
    'acknowledgment before the sync': {
      report: lost,
      from: '    await segment.file.sync()\n',
      to: '    for (const [i, { resolve }] of group.entries()) resolve(bases[i]!)\n    await segment.file.sync()\n',
    },
    'delivery before the sync': {
      report: missing,
      from: '    await segment.file.sync()\n    segment.size += bytes.length\n    end = next\n',
      to: '    segment.size += bytes.length\n    end = next\n    for (const listener of listeners) listener()\n    await segment.file.sync()\n',
    },
    'retry after a failed sync': {
      kinds: ['fault'],
      report: /keeps running where it must exit/,
      from: 'catch((cause) => fail(cause, group))',
      to: 'catch(() => commitGroup(group))',
    },
    'a torn tail is not cut off': {
      report: /exited without a signal|out of reach/,
      from: '    await file.truncate(size)\n',
      to: '    void [file, size]\n',
    },
    'the clean marker survives the start': {
      // Chance decides what comes first: a power cut, or a second shutdown, which finds that the marker exists.
      report: /out of reach|EEXIST: .*clean'/,
      from: '  await removeMarker(folder)\n',
    },
    'a batch that is sent again is appended again': {
      report: / is at \d+ and at \d+$/,
      from: 'if (known !== undefined) return known\n',
    },
  },
  'src/log/recovery.ts': {
    'a torn tail is taken for bit rot': {
      report: /out of reach/,
      from: 'header.durable <= end',
      to: 'header.durable < end',
    },
    'a batch within a value is taken for a batch of the log': {
      report: /out of reach/,
      from: '    if (between < 1n || between > room) continue\n',
      to: '    void [between, room]\n',
    },
  },
  'src/broker/groups.ts': {
    'a commit is acknowledged before it is stored': {
      report: lostPosition,
      from: '      await save(key, group)\n      if (next',
      to: '      void save(key, group)\n      if (next',
    },
    'an epoch is granted before it is stored': {
      report: lostPosition,
      from: '    group.epoch++\n    await save(key, group)\n',
      to: '    group.epoch++\n',
    },
    'old positions are deleted without a copy': {
      report: lostPosition,
      from: 'const base = await log.append(encodeBatch([...groups].map(encode)))',
      to: 'const base = log.durableEnd()',
    },
  },
  'src/log/logs.ts': {
    'retention deletes too early': {
      report: missing,
      from: 'bytesLeft >= retainBytes',
      to: 'bytesLeft >= 0',
    },
  },
})

/** Bugs that flipped bits have to reveal. */
export const flipMutants = listMutants({
  'src/log/recovery.ts': {
    'all damage in the last segment is taken for a torn tail': {
      report: served,
      from: '      throwIfAcknowledged(name, bytes, segment.size, end)\n',
    },
    'the clean marker is ignored': {
      report: served,
      from: 'const marked = await readMarker(folder)',
      to: 'const marked = await readMarker(folder).then(() => undefined)',
    },
    'damage in a complete segment is cut off': {
      report: /are missing|was closed at offset/,
      from: "      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')\n",
    },
  },
  'src/protocol/format.ts': {
    'no checksum of the body': {
      report: served,
      from: 'return bytes.readUInt32BE(at + 52) === crc',
      to: 'return crc >= 0',
    },
    'no checksum of the header': {
      report: new RegExp(`${served.source}|^a bit at .* is damaged at`),
      from: 'if (bytes.readUInt32BE(at) !== crc) return undefined',
      to: 'if (crc < 0) return undefined',
    },
  },
})
