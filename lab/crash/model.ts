import { recordsIn, type Header } from '../../examples/lean-bus/src/protocol/format.ts'
import type { Random } from '../random.ts'
import { identifyRecord } from './records.ts'

/** A batch that was sent and not acknowledged. */
export interface Batch {
  readonly firstSeq: number
  readonly count: number
}

/** An idempotent producer. */
export interface Producer {
  readonly name: string
  readonly id: bigint
  /** The next sequence number. */
  next: number
  /** Batches without an acknowledgment, oldest first. After a crash they are sent again with the same numbers. */
  open: Batch[]
}

/** The known state of a consumer group. */
export interface Group {
  readonly name: string
  /** The largest position that the broker acknowledged, and the largest that the group tried to commit. */
  acknowledged: number
  asked: number
  /** The epoch of the last lease. */
  epoch: number
}

/** The known state of a topic. */
export interface Topic {
  readonly name: string
  /** Whether the broker has acknowledged its creation. */
  made: boolean
  readonly producers: readonly Producer[]
  readonly groups: readonly Group[]
  /** Keys by offset, of all records that were acknowledged to a producer or delivered to a consumer. */
  readonly promised: Map<number, string>
  /** Offsets of the records that were acknowledged. */
  readonly acknowledged: Set<number>
}

/** Broken promises. */
export interface Violations {
  /** Records and positions that are missing or have changed. */
  lost: number
  /** Records out of their producer's order, and gaps between offsets. */
  reordered: number
  /** Records that exist twice. */
  duplicated: number
  /** How often a broker refused to start, or to serve a topic. All records behind the refusal count as lost. */
  refused: number
  /** One sentence for each violation. */
  readonly messages: string[]
}

export const noViolations = (): Violations => ({
  lost: 0,
  reordered: 0,
  duplicated: 0,
  refused: 0,
  messages: [],
})

export function addViolations(sum: Violations, { messages, ...counts }: Violations): void {
  addCounts(sum, counts)
  sum.messages.push(...messages)
}

export function addCounts<Name extends string>(
  sum: Record<NoInfer<Name>, number>,
  more: Readonly<Record<Name, number>>,
): void {
  for (const name of Object.keys(more) as Name[]) sum[name] += more[name]
}

/** Topics with their producers and groups, before the broker has created them. */
export function createTopics(random: Random): Topic[] {
  return Array.from({ length: 4 }, (_topic, topic) => ({
    name: `topic-${topic}`,
    made: false,
    producers: Array.from({ length: 2 }, (_producer, producer) => ({
      name: `producer-${topic}-${producer}`,
      id: BigInt(random.between(1, 2 ** 32)),
      next: 0,
      open: [],
    })),
    groups: Array.from({ length: 2 }, (_group, group) => ({
      name: `group-${group}`,
      acknowledged: 0,
      asked: 0,
      epoch: 0,
    })),
    promised: new Map(),
    acknowledged: new Set(),
  }))
}

/** Stores the promise of the broker that an offset holds a record. */
export function addPromise(
  topic: Topic,
  offset: number,
  key: string,
  violations: Violations,
): void {
  const before = topic.promised.get(offset)
  if (before !== undefined && before !== key) {
    violations.lost++
    violations.messages.push(`${topic.name}: offset ${offset} was ${before} and now is ${key}`)
  }
  topic.promised.set(offset, key)
}

/** The contents of a topic, as the broker serves it. */
export interface Found {
  /** The oldest offset, and the one after the last. */
  readonly start: number
  readonly end: number
  readonly batches: readonly { readonly header: Header; readonly batch: Buffer }[]
  /** Committed positions by group. */
  readonly committed: ReadonlyMap<string, number>
}

/**
 * Compares the contents of a topic with what the broker promised.
 *
 * @param retainBytes below this size retention may not delete
 */
export function compare(topic: Topic, found: Found, retainBytes: number): Violations {
  const violations = noViolations()
  const add = (kind: 'lost' | 'reordered' | 'duplicated', message: string) => {
    violations[kind]++
    violations.messages.push(`${topic.name}: ${message}`)
  }

  const keys = new Map<number, string>()
  const places = new Map<string, number>()
  const next = new Map(topic.producers.map(({ name }) => [name, undefined as number | undefined]))
  let end = found.start
  let bytes = 0
  for (const { header, batch } of found.batches) {
    bytes += batch.length
    const base = Number(header.baseOffset)
    if (base !== end) add('reordered', `offset ${end} is followed by ${base}`)
    end = base
    for (const record of recordsIn(batch)) {
      const key = String(record.key)
      const sent = identifyRecord(record)
      const producer = topic.producers.find(({ name }) => name === sent?.producer)
      if (!sent || !producer || sent.sequence >= producer.next) {
        add('lost', `offset ${end} holds a record that no producer sent`)
      } else if (places.has(key)) {
        add('duplicated', `${key} is at ${places.get(key)} and at ${end}`)
      } else {
        const expected = next.get(producer.name) ?? sent.sequence
        if (sent.sequence !== expected) {
          add('reordered', `${key} at ${end}, expected sequence ${expected}`)
        }
        next.set(producer.name, sent.sequence + 1)
        places.set(key, end)
      }
      keys.set(end++, key)
    }
  }
  if (end !== found.end) add('lost', `the log ends at ${found.end}, but can be read up to ${end}`)

  const mayBeDeleted = found.start > 0 && bytes >= retainBytes
  for (const [offset, key] of topic.promised) {
    if (keys.get(offset) === key || (offset < found.start && mayBeDeleted)) continue
    add('lost', `${key}, promised at ${offset}: found ${keys.get(offset) ?? 'nothing'}`)
  }
  for (const { name, acknowledged, asked } of topic.groups) {
    const committed = found.committed.get(name) ?? 0
    if (committed >= acknowledged && committed <= Math.min(asked, end)) continue
    const range = `${acknowledged} was acknowledged, ${asked} asked for, the end is ${end}`
    add('lost', `group ${name} is at ${committed}: ${range}`)
  }
  return violations
}
