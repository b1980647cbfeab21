import type { Log } from '../log/log.ts'
import { BusError } from '../protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from '../protocol/format.ts'
import { createFieldReader, u32, u64 } from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'
import { encodeRecord } from '../protocol/records.ts'

/** A lease covers the records from `start` on, and commits under `epoch`. */
export interface Lease {
  start: bigint
  epoch: number
}

/** A subscription that holds the lease of its group or is on standby. */
export interface Member {
  /** The lease begins. */
  activate(lease: Lease): void
}

interface Group {
  /** Grows with each lease, also across restarts. */
  epoch: number
  /** The last accepted commit: the offset of the first record to handle. */
  next: bigint
  /** The last commit that is on the disk. */
  committed: bigint
  /** The first one holds the lease. The others are on standby. */
  members: Member[]
}

function newGroup(stored: ReturnType<typeof readGroup>): Group {
  return { ...stored, next: stored.committed, members: [] }
}

/** Reads a record of the groups' log. Its key is `<group>/<topic>`. */
export function readGroup(value: Uint8Array) {
  const fields = createFieldReader(Buffer.from(value))
  return { committed: fields.u64(), epoch: fields.u32() }
}

/**
 * Opens the consumer groups. Each reads one topic: one member works, the others
 * are on standby. Offsets and epochs are in a log, whose last record counts.
 *
 * @throws BusError STORAGE when the log cannot be read
 */
export async function openGroups(log: Log) {
  const groups = new Map<string, Group>()
  const reader = log.reader(log.start())
  for (;;) {
    const bytes = await reader.read(limits.delivery)
    if (bytes.length === 0) break
    for (const { batch } of batchesIn(bytes)) {
      for (const { key, value } of recordsIn(batch)) {
        groups.set(String(key), newGroup(readGroup(value!)))
      }
    }
  }

  function find(key: string) {
    const known = groups.get(key)
    if (known) return known
    if (groups.size >= limits.groups) {
      throw new BusError('OVERLOADED', 'too many groups')
    }
    const group = newGroup({ epoch: 0, committed: 0n })
    groups.set(key, group)
    return group
  }

  const encode = ([key, { next, epoch }]: [string, Group]) => {
    const value = Buffer.concat([u64(next), u32(epoch)])
    return encodeRecord({ key, value })
  }

  let isCompacting = false
  async function save(key: string, group: Group) {
    await log.append(encodeBatch([encode([key, group])]))
    if (isCompacting || log.segmentCount() === 1) return
    // Writes the state of all groups again, then deletes what is older.
    isCompacting = true
    const base = await log.append(encodeBatch([...groups].map(encode)))
    await log.deleteOldest(({ end }) => end <= base)
    isCompacting = false
  }

  async function activate(key: string, group: Group) {
    const [member] = group.members
    if (!member) return
    group.epoch++
    await save(key, group)
    // The member may have left while its lease was stored.
    if (group.members[0] !== member) return
    member.activate({ start: group.next, epoch: group.epoch })
  }

  return {
    /**
     * Adds a member. Resolves when its lease begins, or immediately when it is
     * on standby.
     *
     * @throws BusError OVERLOADED for one group too many
     */
    join(key: string, member: Member) {
      const group = find(key)
      group.members.push(member)
      if (group.members.length > 1) return Promise.resolve()
      return activate(key, group)
    },
    /** Removes a member. If it held the lease, the next member gets one. */
    async leave(key: string, member: Member) {
      const group = find(key)
      const hadLease = group.members[0] === member
      group.members = group.members.filter((other) => other !== member)
      if (hadLease) await activate(key, group)
    },
    // #region fencing
    /**
     * Resolves when the commit is stored: all records before `next` are done.
     *
     * @param end the durable end of the topic's log
     * @throws BusError FENCED under another epoch; OFFSET_RANGE below the
     *   committed offset or past `end`
     */
    async commit(
      key: string,
      { epoch, next, end }: { epoch: number; next: bigint; end: bigint },
    ) {
      const group = find(key)
      if (epoch !== group.epoch) {
        throw new BusError('FENCED', `epoch ${epoch}, now it is ${group.epoch}`)
      }
      if (next < group.next || next > end) {
        const detail = `${next} is not in ${group.next} to ${end}`
        throw new BusError('OFFSET_RANGE', detail)
      }
      group.next = next
      await save(key, group)
      if (next > group.committed) group.committed = next
    },
    // #endregion
    committed: (key: string) => groups.get(key)?.committed ?? 0n,
  }
}
