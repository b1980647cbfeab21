import { randomUUID } from 'node:crypto'
import Type, { type Static } from 'typebox'

// #region model
const Strict = <T extends Type.TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
const Item = Strict({
  sku: Type.String({ pattern: '^[A-Z0-9-]{3,20}$' }),
  quantity: Type.Integer({ minimum: 1, maximum: 100 }),
})

export const NewOrder = Strict({
  customerId: Type.String({ minLength: 1, maxLength: 64 }),
  items: Type.Array(Item, { minItems: 1, maxItems: 50 }),
  note: Type.Optional(Type.String({ maxLength: 200 })),
})

export const Order = Type.Object({
  id: Type.String({ format: 'uuid' }),
  ...NewOrder.properties,
  createdAt: Type.String({ format: 'date-time' }),
})
// #endregion

/** An order as it is kept: with a score that no client may see. */
type StoredOrder = Static<typeof Order> & { riskScore: number }

/** Keeps the newest 10,000 orders in memory. */
export function createStore() {
  const byId = new Map<string, StoredOrder>()
  const oldestFirst: StoredOrder[] = []
  return {
    add(input: Static<typeof NewOrder>) {
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
