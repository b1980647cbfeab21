import { apis } from '../../../examples/kafka/dev-broker/requests.ts'
import { noId } from '../../../examples/kafka/dev-broker/topics.ts'
import { decodeResponse } from './wire.ts'

/** Decodes a response and removes addresses, random IDs, internal topics and the order of entries. */
export function normalizeResponse(
  key: number,
  version: number,
  response: Buffer | 'closed',
  options: Options = {},
): unknown {
  const api = apis.get(key)
  if (!api || response === 'closed') return response
  return normalize(decodeResponse(api, version, response), options)
}

export interface Options {
  /** Maps random IDs of members and topics to names. */
  readonly ids?: ReadonlyMap<string, string>
  /**
   * How many batches of each fetch to keep: all of them by default. Kafka sometimes returns fewer batches than exist and fit,
   * which clients do not notice.
   */
  readonly batches?: number
}

export function normalize(value: unknown, options: Options): unknown {
  if (typeof value === 'string') return options.ids?.get(value) ?? value
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (Array.isArray(value)) {
    const items = mergeTopics(value.filter((item) => !isInternal(item)))
    const normalized = items.map((item) => normalize(item, options))
    return normalized.sort((a, b) => compare(sortKey(a), sortKey(b)))
  }
  if (typeof value !== 'object' || value === null) return value
  const hasFailed = 'error' in value && value.error !== 0
  const fields = Object.entries(value).filter(
    ([name]) => !ignored.has(name) && !(hasFailed && name === 'logStart'),
  )
  return Object.fromEntries(
    fields.map(([name, field]) => [name, normalizeField(name, field, options)]),
  )
}

/** Fields in which the brokers differ, as the README of the dev broker says, and one that is null or empty in Kafka. */
const ignored = new Set(['message', 'recordErrors', 'clusterId', 'configs', 'session', 'aborted'])

/** Whether this is the ID of a topic, not the ID of none. */
export const isTopicId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text) && text !== noId

function normalizeField(name: string, value: unknown, options: Options): unknown {
  if (name === 'port' && Number(value) > 0) return 'a port'
  if (name === 'producerId' && value !== -1n) return 'an id'
  if (name === 'records' && Buffer.isBuffer(value))
    return completeBatches(value).slice(0, options.batches)
  return normalize(value, options)
}

/** Merges entries of the same topic. Kafka's response has one entry for a topic that is requested twice. */
function mergeTopics(items: unknown[]): unknown[] {
  if (!items.every(isTopic)) return items
  const byTopic = Map.groupBy(items, ({ name, id }) => `${name} ${id}`)
  return Array.from(byTopic.values(), (entries) => ({
    ...entries[0],
    partitions: entries.flatMap(({ partitions }) => partitions),
  }))
}

const isTopic = (item: unknown): item is { name: string; id: string; partitions: unknown[] } =>
  typeof item === 'object' && item !== null && 'partitions' in item && 'name' in item

/** Splits the records of a fetch into batches. Drops the last one if Kafka has truncated it. */
export function completeBatches(records: Buffer): string[] {
  const batches: string[] = []
  for (let at = 0; at + 12 <= records.length;) {
    const end = at + 12 + records.readInt32BE(at + 8)
    if (end <= records.length) batches.push(records.toString('hex', at, end))
    at = end
  }
  return batches
}

const isInternal = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'name' in item && String(item.name).startsWith('__')

/** Sorts topics, partitions and members, whose order has no meaning. */
function sortKey(item: unknown): string {
  if (typeof item !== 'object' || item === null) return ''
  if ('name' in item) return String(item.name || ('id' in item && item.id))
  if ('memberId' in item) return String(item.memberId)
  return 'index' in item ? String(item.index).padStart(10) : ''
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
