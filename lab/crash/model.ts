import { recordsIn, type Header } from '../../examples/lean-bus/src/protocol/format.ts'
import type { Random } from '../random.ts'
import { sentOf } from './records.ts'

/** A batch on its way, or never answered. */
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
  /** Not acknowledged, in their order: after a crash they are sent again, with the same numbers. */
  open: Batch[]
}

/** What is known of a consumer group. */
export interface Group {
  readonly name: string
  /** The largest position that was acknowledged, and the largest that was asked for. */
  acknowledged: number
  asked: number
  /** Of the last lease. */
  epoch: number
}

/** What is known of a topic. */
export interface Topic {
  readonly name: string
  /** Whether it was acknowledged that it is made. */
  made: boolean
  readonly producers: readonly Producer[]
  readonly groups: readonly Group[]
  /** By offset the key of each record that was acknowledged to its producer or handed to a consumer. */
  readonly promised: Map<number, string>
  /** The offsets of those that were acknowledged. */
  readonly acknowledged: Set<number>
}

/** Promises that were not kept, counted, and each of them as a sentence. */
export interface Breaches {
  /** Records and positions that are not there, or are others. */
  lost: number
  /** Records out of their producer's order, and gaps between offsets. */
  reordered: number
  /** Records that are there twice. */
  duplicated: number
  /** Times that a broker would not start, or not serve a topic: all that this held counts as lost. */
  refused: number
  readonly told: string[]
}

export const noBreaches = (): Breaches => ({
  lost: 0,
  reordered: 0,
  duplicated: 0,
  refused: 0,
  told: [],
})

export function addBreaches(all: Breaches, { told, ...counts }: Breaches): void {
  all.lost += counts.lost
  all.reordered += counts.reordered
  all.duplicated += counts.duplicated
  all.refused += counts.refused
  all.told.push(...told)
}

/** Topics that are to be made, each with its producers and groups. */
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

/** Notes what a topic has promised of an offset. */
export function promise(topic: Topic, offset: number, key: string, breaches: Breaches): void {
  const before = topic.promised.get(offset)
  if (before !== undefined && before !== key) {
    breaches.lost++
    breaches.told.push(`${topic.name}: offset ${offset} was ${before} and now is ${key}`)
  }
  topic.promised.set(offset, key)
}

/** What a topic holds, as the broker gives it. */
export interface Found {
  /** The oldest offset, and the one after the last. */
  readonly start: number
  readonly end: number
  readonly batches: readonly { readonly header: Header; readonly batch: Buffer }[]
  /** By group. */
  readonly committed: ReadonlyMap<string, number>
}

/**
 * Holds what a topic has against what was promised.
 *
 * @param retainBytes below this size nothing may be deleted
 */
export function compare(topic: Topic, found: Found, retainBytes: number): Breaches {
  const breaches = noBreaches()
  const tell = (what: 'lost' | 'reordered' | 'duplicated', text: string) => {
    breaches[what]++
    breaches.told.push(`${topic.name}: ${text}`)
  }

  const keys = new Map<number, string>()
  const places = new Map<string, number>()
  const next = new Map(topic.producers.map(({ name }) => [name, undefined as number | undefined]))
  let end = found.start
  let bytes = 0
  for (const { header, batch } of found.batches) {
    bytes += batch.length
    const base = Number(header.baseOffset)
    if (base !== end) tell('reordered', `offset ${end} is followed by ${base}`)
    end = base
    for (const record of recordsIn(batch)) {
      const sent = sentOf(record)
      const producer = topic.producers.find(({ name }) => name === sent?.producer)
      if (!sent || !producer || sent.sequence >= producer.next) {
        tell('lost', `offset ${end} holds what nobody has sent`)
      } else if (places.has(record.key)) {
        tell('duplicated', `${record.key} is at ${places.get(record.key)} and at ${end}`)
      } else {
        const expected = next.get(producer.name) ?? sent.sequence
        if (sent.sequence !== expected) {
          tell('reordered', `${record.key} at ${end}, expected sequence ${expected}`)
        }
        next.set(producer.name, sent.sequence + 1)
        places.set(record.key, end)
      }
      keys.set(end++, record.key)
    }
  }
  if (end !== found.end) tell('lost', `the log ends at ${found.end}, what can be read at ${end}`)

  const mayBeDeleted = found.start > 0 && bytes >= retainBytes
  for (const [offset, key] of topic.promised) {
    if (keys.get(offset) === key || (offset < found.start && mayBeDeleted)) continue
    tell('lost', `${key}, promised at ${offset}: there is ${keys.get(offset) ?? 'nothing'}`)
  }
  for (const { name, acknowledged, asked } of topic.groups) {
    const committed = found.committed.get(name) ?? 0
    if (committed >= acknowledged && committed <= Math.min(asked, end)) continue
    const range = `${acknowledged} was acknowledged, ${asked} asked for, the end is ${end}`
    tell('lost', `group ${name} is at ${committed}: ${range}`)
  }
  return breaches
}
