import { apis } from '../../../examples/kafka/dev-broker/requests.ts'
import { decodeResponse } from './wire.ts'

/** Decodes a response and removes addresses, random IDs, internal topics and the order of entries. */
export function normalizeResponse(
  key: number,
  version: number,
  response: Buffer | 'closed',
  ids: ReadonlyMap<string, string> = new Map(),
): unknown {
  const api = apis.get(key)
  if (!api || response === 'closed') return response
  return normalize(decodeResponse(api, version, response), ids)
}

/** Normalizes a value. `ids` maps random IDs to names. */
export function normalize(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (Array.isArray(value)) {
    const items = mergeTopics(value.filter((item) => !isInternal(item)))
    return items.map((item) => normalize(item, ids)).sort((a, b) => compare(sortKey(a), sortKey(b)))
  }
  if (typeof value !== 'object' || value === null) return value
  const hasFailed = 'error' in value && value.error !== 0
  const fields = Object.entries(value).filter(
    ([name]) => name !== 'message' && !(hasFailed && name === 'logStart'),
  )
  return Object.fromEntries(fields.map(([name, field]) => [name, normalizeField(name, field, ids)]))
}

function normalizeField(name: string, value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (name === 'port' && Number(value) > 0) return 'a port'
  if (name === 'producerId' && value !== -1n) return 'an id'
  if (name === 'records' && Buffer.isBuffer(value)) return completeBatches(value)
  return normalize(value, ids)
}

/** Merges entries of the same topic. Kafka's response has one entry for a topic that is requested twice. */
function mergeTopics(items: unknown[]): unknown[] {
  const byName = new Map<string, unknown[]>()
  for (const item of items) {
    if (!isTopic(item)) return items
    byName.set(item.name, [...(byName.get(item.name) ?? []), ...item.partitions])
  }
  return [...byName].map(([name, partitions]) => {
    const rest = items.find((item) => isTopic(item) && item.name === name)
    return { ...(rest as object), partitions }
  })
}

const isTopic = (item: unknown): item is { name: string; partitions: unknown[] } =>
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
  if ('name' in item) return String(item.name)
  if ('memberId' in item) return String(item.memberId)
  return 'index' in item ? String(item.index).padStart(10) : ''
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Keeps only the first batch of each fetch. Kafka sometimes returns fewer batches than exist and fit, which clients do not
 * notice.
 */
export function keepFirstBatches(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keepFirstBatches)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === 'records' && Array.isArray(field) ? field.slice(0, 1) : keepFirstBatches(field),
    ]),
  )
}
