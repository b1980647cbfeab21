import { randomUUID } from 'node:crypto'
import type { NewOrder, Order } from './models.ts'

/** A stored order. Its score is internal: no client may see it. */
type StoredOrder = Order & { riskScore: number }

/** Keeps the newest 10,000 orders in memory. */
export function createStore() {
  const byId = new Map<string, StoredOrder>()
  const oldestFirst: StoredOrder[] = []
  return {
    add(input: NewOrder) {
      const id = randomUUID()
      const createdAt = new Date().toISOString()
      const order = { id, ...input, createdAt, riskScore: Math.random() }
      byId.set(id, order)
      oldestFirst.push(order)
      if (byId.size > 10_000) byId.delete(oldestFirst.shift()!.id)
      return order
    },
    get: (id: string) => byId.get(id),
    newest: (limit: number) => oldestFirst.slice(-limit).reverse(),
  }
}
