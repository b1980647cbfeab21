import { apis } from '../../../examples/kafka/dev-broker/requests.ts'
import { decode } from './wire.ts'

/** What a client can observe of a response: without addresses, ids that are drawn, the cluster's other topics and order. */
export function observed(
  key: number,
  version: number,
  response: Buffer | 'closed',
  ids: ReadonlyMap<string, string> = new Map(),
): unknown {
  const api = apis.get(key)
  if (!api || response === 'closed') return response
  return visible(decode(api, version, response), ids)
}

/** A value as a client observes it; `ids` gives names for the ids that are drawn. */
export function visible(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (Array.isArray(value)) {
    const items = merged(value.filter((item) => !isInternal(item))).map((it) => visible(it, ids))
    return items.sort((a, b) => compare(sortKey(a), sortKey(b)))
  }
  if (typeof value !== 'object' || value === null) return value
  const failed = 'error' in value && value.error !== 0
  const fields = Object.entries(value).filter(
    ([name]) => name !== 'message' && !(failed && name === 'logStart'),
  )
  return Object.fromEntries(fields.map(([name, field]) => [name, visibleField(name, field, ids)]))
}

function visibleField(name: string, value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (name === 'port' && Number(value) > 0) return 'a port'
  if (name === 'producerId' && value !== -1n) return 'an id'
  if (name === 'records' && Buffer.isBuffer(value)) return wholeBatches(value)
  return visible(value, ids)
}

/** Kafka brings a topic that is asked for twice together in its answer. */
function merged(items: unknown[]): unknown[] {
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

/** Kafka may cut off the last batch of a fetch, which no client can use. */
export function wholeBatches(records: Buffer): string[] {
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

/** The order of topics, partitions and members in a response says nothing. */
function sortKey(item: unknown): string {
  if (typeof item !== 'object' || item === null) return ''
  if ('name' in item) return String(item.name)
  if ('memberId' in item) return String(item.memberId)
  return 'index' in item ? String(item.index).padStart(10) : ''
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The same with the first batch alone of each fetch: now and then Kafka answers with fewer than there are and than there
 * is room for, which clients do not notice.
 */
export function firstBatches(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(firstBatches)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === 'records' && Array.isArray(field) ? field.slice(0, 1) : firstBatches(field),
    ]),
  )
}
