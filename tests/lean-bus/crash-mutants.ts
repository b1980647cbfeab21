import type { Mutant } from '../contract/mutate.ts'

/** A fault in the example's source, and what the laboratory says of it. */
export interface Fault extends Omit<Mutant, 'fails'> {
  readonly says: RegExp
}

const missing = /promised at|out of reach/
const lostPosition = /was acknowledged|a lease from/
const lost = new RegExp(`${missing.source}|${lostPosition.source}`)
const served = /^[1-9]\d* served$/

/** What a crash has to bring to light. */
export const crashFaults: readonly Fault[] = [
  {
    fault: 'no fdatasync',
    says: lost,
    file: 'src/log/files.ts',
    from: 'sync: () => handle.datasync(),',
    to: 'sync: async () => {},',
  },
  {
    fault: 'no sync of the folder when a segment is made',
    says: lost,
    file: 'src/log/segment.ts',
    from: '  await folder.sync()\n  return newSegment',
    to: '  return newSegment',
  },
  {
    fault: 'no sync of the folder in which a topic is made',
    says: lost,
    file: 'src/log/files.ts',
    from: '    await syncFolder(dirname(at))\n',
    to: '',
  },
  {
    fault: 'no sync of the folder after a deletion',
    says: /out of reach/,
    file: 'src/log/log.ts',
    from: '          await folder.sync()\n        } catch',
    to: '        } catch',
  },
  {
    fault: 'no sync of what a start has found in the page cache',
    says: lost,
    file: 'src/log/log.ts',
    from: '  await segments.at(-1)!.file.sync()\n',
    to: '',
  },
  {
    fault: 'acknowledged before the sync',
    says: lost,
    file: 'src/log/log.ts',
    from: '    await segment.file.sync()\n',
    to: '    for (const [i, { resolve }] of group.entries()) resolve(bases[i]!)\n    await segment.file.sync()\n',
  },
  {
    fault: 'read before the sync',
    says: missing,
    file: 'src/log/log.ts',
    from: '    await segment.file.sync()\n    segment.size += bytes.length\n    end = next\n',
    to: '    segment.size += bytes.length\n    end = next\n    for (const listener of listeners) listener()\n    await segment.file.sync()\n',
  },
  {
    fault: 'a short write taken for a whole one',
    says: new RegExp(`${lost.source}|ended by itself`),
    file: 'src/log/files.ts',
    from: 'done += bytesWritten',
    to: 'done += Math.max(bytesWritten, left)',
  },
  {
    fault: 'tried again after a failed sync',
    says: /goes on where it should end/,
    file: 'src/log/log.ts',
    from: 'catch((cause) => fail(cause, group))',
    to: 'catch(() => commitGroup(group))',
  },
  {
    fault: 'a torn tail taken for bit rot',
    says: /out of reach/,
    file: 'src/log/recovery.ts',
    from: 'header.durable <= end',
    to: 'header.durable < end',
  },
  {
    fault: 'a batch within a value taken for one of the log',
    says: /out of reach/,
    file: 'src/log/recovery.ts',
    from: '    if (between < 1n || between > room) continue\n',
    to: '    void [between, room]\n',
  },
  {
    fault: 'a torn tail that is left where it is',
    says: /ended by itself|out of reach/,
    file: 'src/log/log.ts',
    from: '    await file.truncate(size)\n',
    to: '    void [file, size]\n',
  },
  {
    fault: 'a clean marker that outlives the start',
    // What comes first is chance: a power cut, or a second stop, which finds the marker in its place.
    says: /out of reach|EEXIST: .*clean'/,
    file: 'src/log/log.ts',
    from: '  await removeMarker(folder)\n',
    to: '',
  },
  {
    fault: 'a batch that is sent again is appended again',
    says: / is at \d+ and at \d+$/,
    file: 'src/log/log.ts',
    from: 'if (again !== undefined) return again\n',
    to: '',
  },
  {
    fault: 'committed before it is stored',
    says: lostPosition,
    file: 'src/broker/groups.ts',
    from: '      await save(key, group)\n      if (next',
    to: '      void save(key, group)\n      if (next',
  },
  {
    fault: 'an epoch that is given before it is stored',
    says: lostPosition,
    file: 'src/broker/groups.ts',
    from: '    group.epoch++\n    await save(key, group)\n',
    to: '    group.epoch++\n',
  },
  {
    fault: 'old positions deleted without a copy',
    says: lostPosition,
    file: 'src/broker/groups.ts',
    from: 'const base = await log.append(encodeBatch([...groups].map(encode)))',
    to: 'const base = log.durableEnd()',
  },
  {
    fault: 'deleted too early',
    says: missing,
    file: 'src/log/logs.ts',
    from: 'bytesLeft >= retainBytes',
    to: 'bytesLeft >= 0',
  },
]

/** What turned bits have to bring to light. */
export const flipFaults: readonly Fault[] = [
  {
    fault: 'all damage in the last segment taken for a torn tail',
    says: served,
    file: 'src/log/recovery.ts',
    from: '      refuseAcknowledged(name, bytes, segment.size, end)\n',
    to: '',
  },
  {
    fault: 'the clean marker not looked at',
    says: served,
    file: 'src/log/recovery.ts',
    from: 'const marked = await readMarker(folder)',
    to: 'const marked = await readMarker(folder).then(() => undefined)',
  },
  {
    fault: 'damage in a complete segment cut off',
    says: /are missing|closed with its end/,
    file: 'src/log/recovery.ts',
    from: "      if (!mayBeTorn) throw damaged(name, segment.size, 'all of it was synced')\n",
    to: '',
  },
  {
    fault: 'no check of the body',
    says: served,
    file: 'src/protocol/format.ts',
    from: 'return bytes.readUInt32BE(at + 52) === crc',
    to: 'return crc >= 0',
  },
  {
    fault: 'no check of the header',
    says: new RegExp(`${served.source}|^a bit at .* is damaged at`),
    file: 'src/protocol/format.ts',
    from: 'if (bytes.readUInt32BE(at) !== crc) return undefined',
    to: 'if (crc < 0) return undefined',
  },
]
