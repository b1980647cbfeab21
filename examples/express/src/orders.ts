import { randomUUID } from 'node:crypto'
import type { NewOrder, Order } from './openapi.ts'

/** An order as it is kept, with what no client may see. */
export type StoredOrder = Order & { riskScore: number }

/** The newest 10,000 orders, in memory. */
export class OrderStore {
  #byId = new Map<string, StoredOrder>()
  #oldestFirst: StoredOrder[] = []

  add(input: NewOrder): StoredOrder {
    const id = randomUUID()
    const createdAt = new Date().toISOString()
    const order = { id, ...input, createdAt, riskScore: Math.random() }
    this.#byId.set(id, order)
    this.#oldestFirst.push(order)
    if (this.#byId.size > 10_000) {
      this.#byId.delete(this.#oldestFirst.shift()!.id)
    }
    return order
  }

  get(id: string) {
    return this.#byId.get(id)
  }

  newest(limit: number) {
    return this.#oldestFirst.slice(-limit).reverse()
  }
}
