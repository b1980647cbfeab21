import { BusError } from '../protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from '../protocol/format.ts'
import { Fields, u32, u64 } from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'
import type { Log } from '../log/log.ts'
import { encodeRecord } from '../protocol/records.ts'

/** Who waits for a lease, or holds it. */
export interface Member {
  /** The lease begins: records from `start` on, commits under `epoch`. */
  activate(lease: { start: bigint; epoch: number }): void
}

interface Group {
  /** Grows with each lease, also over restarts. */
  epoch: number
  /** The offset of the first record that is not done, as it was last taken. */
  next: bigint
  /** The same, as it is on the disk. */
  committed: bigint
  /** The first one holds the lease, the others stand by. */
  members: Member[]
}

function newGroup(stored: ReturnType<typeof readGroup>): Group {
  return { ...stored, next: stored.committed, members: [] }
}

/** What the log of the groups holds under the key `<group>/<topic>`. */
export function readGroup(value: Uint8Array) {
  const fields = new Fields(Buffer.from(value))
  return { committed: fields.u64(), epoch: fields.u32() }
}

/**
 * Consumer groups, each of one topic: one member works and the others stand by.
 * Offsets and epochs are kept in a log of their own, where the last one counts.
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
        groups.set(key, newGroup(readGroup(value)))
      }
    }
  }

  function find(key: string) {
    const known = groups.get(key)
    if (known) return known
    if (groups.size >= limits.groups) {
      throw new BusError('OVERLOADED', `${limits.groups} groups are there`)
    }
    const group = newGroup({ epoch: 0, committed: 0n })
    groups.set(key, group)
    return group
  }

  const encode = ([key, { next, epoch }]: [string, Group]) => {
    const value = Buffer.concat([u64(next), u32(epoch)])
    return encodeRecord({ key, value, headers: {} })
  }

  let compacting = false
  async function save(key: string, group: Group) {
    await log.append(encodeBatch([encode([key, group])]))
    if (compacting || log.segmentCount() === 1) return
    // The state of all groups once more, then what is older can go.
    compacting = true
    const base = await log.append(encodeBatch([...groups].map(encode)))
    await log.deleteOldest(({ end }) => end <= base)
    compacting = false
  }

  async function activate(key: string, group: Group) {
    const [member] = group.members
    if (!member) return
    group.epoch++
    await save(key, group)
    // It may have left while its lease was stored.
    if (group.members[0] !== member) return
    member.activate({ start: group.next, epoch: group.epoch })
  }

  return {
    /**
     * Begins a lease, or stands by until those before have left.
     *
     * @throws BusError OVERLOADED for one group too many
     */
    join(key: string, member: Member) {
      const group = find(key)
      group.members.push(member)
      if (group.members.length > 1) return Promise.resolve()
      return activate(key, group)
    },
    /** Gives the lease to the next in line, if this member held it. */
    async leave(key: string, member: Member) {
      const group = find(key)
      const held = group.members[0] === member
      group.members = group.members.filter((other) => other !== member)
      if (held) await activate(key, group)
    },
    // #region fencing
    /**
     * Resolves when it is stored that all before `next` is done.
     *
     * @throws BusError FENCED under an epoch that is over; OFFSET_RANGE below
     *   what was committed
     */
    async commit(key: string, epoch: number, next: bigint) {
      const group = find(key)
      if (epoch !== group.epoch) {
        throw new BusError('FENCED', `epoch ${epoch}, now it is ${group.epoch}`)
      }
      if (next < group.next) {
        throw new BusError('OFFSET_RANGE', `${group.next} is committed already`)
      }
      group.next = next
      await save(key, group)
      if (next > group.committed) group.committed = next
    },
    // #endregion
    committed: (key: string) => groups.get(key)?.committed ?? 0n,
  }
}
