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

/** Bugs that crashes have to reveal. */
export const crashMutants: readonly CrashMutant[] = [
  {
    fault: 'no fdatasync',
    report: lost,
    file: 'src/log/files.ts',
    from: 'sync: () => handle.datasync(),',
    to: 'sync: async () => {},',
  },
  {
    fault: 'no sync of the folder after a segment is created',
    report: lost,
    file: 'src/log/segment.ts',
    from: '  await folder.sync()\n  return newSegment',
    to: '  return newSegment',
  },
  {
    fault: 'no sync of the parent folder after a topic is created',
    report: lost,
    file: 'src/log/files.ts',
    from: '    await syncFolder(dirname(at))\n',
    to: '',
  },
  {
    fault: 'no sync of the folder after a deletion',
    report: /out of reach/,
    file: 'src/log/log.ts',
    from: '          await folder.sync()\n        } catch',
    to: '        } catch',
  },
  {
    fault: 'no sync of what a start finds in the page cache',
    report: lost,
    file: 'src/log/log.ts',
    from: '  await segments.at(-1)!.file.sync()\n',
    to: '',
  },
  {
    fault: 'acknowledgment before the sync',
    report: lost,
    file: 'src/log/log.ts',
    from: '    await segment.file.sync()\n',
    to: '    for (const [i, { resolve }] of group.entries()) resolve(bases[i]!)\n    await segment.file.sync()\n',
  },
  {
    fault: 'delivery before the sync',
    report: missing,
    file: 'src/log/log.ts',
    from: '    await segment.file.sync()\n    segment.size += bytes.length\n    end = next\n',
    to: '    segment.size += bytes.length\n    end = next\n    for (const listener of listeners) listener()\n    await segment.file.sync()\n',
  },
  {
    fault: 'a short write is taken for a complete one',
    report: new RegExp(`${lost.source}|exited without a signal`),
    file: 'src/log/files.ts',
    from: 'done += bytesWritten',
    to: 'done += Math.max(bytesWritten, left)',
  },
  {
    fault: 'retry after a failed sync',
    kinds: ['fault'],
    report: /keeps running where it must exit/,
    file: 'src/log/log.ts',
    from: 'catch((cause) => fail(cause, group))',
    to: 'catch(() => commitGroup(group))',
  },
  {
    fault: 'a torn tail is taken for bit rot',
    report: /out of reach/,
    file: 'src/log/recovery.ts',
    from: 'header.durable <= end',
    to: 'header.durable < end',
  },
  {
    fault: 'a batch within a value is taken for a batch of the log',
    report: /out of reach/,
    file: 'src/log/recovery.ts',
    from: '    if (between < 1n || between > room) continue\n',
    to: '    void [between, room]\n',
  },
  {
    fault: 'a torn tail is not cut off',
    report: /exited without a signal|out of reach/,
    file: 'src/log/log.ts',
    from: '    await file.truncate(size)\n',
    to: '    void [file, size]\n',
  },
  {
    fault: 'the clean marker survives the start',
    // Chance decides what comes first: a power cut, or a second shutdown, which finds that the marker exists.
    report: /out of reach|EEXIST: .*clean'/,
    file: 'src/log/log.ts',
    from: '  await removeMarker(folder)\n',
    to: '',
  },
  {
    fault: 'a batch that is sent again is appended again',
    report: / is at \d+ and at \d+$/,
    file: 'src/log/log.ts',
    from: 'if (known !== undefined) return known\n',
    to: '',
  },
  {
    fault: 'a commit is acknowledged before it is stored',
    report: lostPosition,
    file: 'src/broker/groups.ts',
    from: '      await save(key, group)\n      if (next',
    to: '      void save(key, group)\n      if (next',
  },
  {
    fault: 'an epoch is granted before it is stored',
    report: lostPosition,
    file: 'src/broker/groups.ts',
    from: '    group.epoch++\n    await save(key, group)\n',
    to: '    group.epoch++\n',
  },
  {
    fault: 'old positions are deleted without a copy',
    report: lostPosition,
    file: 'src/broker/groups.ts',
    from: 'const base = await log.append(encodeBatch([...groups].map(encode)))',
    to: 'const base = log.durableEnd()',
  },
  {
    fault: 'retention deletes too early',
    report: missing,
    file: 'src/log/logs.ts',
    from: 'bytesLeft >= retainBytes',
    to: 'bytesLeft >= 0',
  },
]

/** Bugs that flipped bits have to reveal. */
export const flipMutants: readonly CrashMutant[] = [
  {
    fault: 'all damage in the last segment is taken for a torn tail',
    report: served,
    file: 'src/log/recovery.ts',
    from: '      throwIfAcknowledged(name, bytes, segment.size, end)\n',
    to: '',
  },
  {
    fault: 'the clean marker is ignored',
    report: served,
    file: 'src/log/recovery.ts',
    from: 'const marked = await readMarker(folder)',
    to: 'const marked = await readMarker(folder).then(() => undefined)',
  },
  {
    fault: 'damage in a complete segment is cut off',
    report: /are missing|was closed at offset/,
    file: 'src/log/recovery.ts',
    from: "      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')\n",
    to: '',
  },
  {
    fault: 'no checksum of the body',
    report: served,
    file: 'src/protocol/format.ts',
    from: 'return bytes.readUInt32BE(at + 52) === crc',
    to: 'return crc >= 0',
  },
  {
    fault: 'no checksum of the header',
    report: new RegExp(`${served.source}|^a bit at .* is damaged at`),
    file: 'src/protocol/format.ts',
    from: 'if (bytes.readUInt32BE(at) !== crc) return undefined',
    to: 'if (crc < 0) return undefined',
  },
]
