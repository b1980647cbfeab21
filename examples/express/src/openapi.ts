import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

// #region model
const Item = z.strictObject({
  sku: z.string().regex(/^[A-Z0-9-]{3,20}$/),
  quantity: z.int().min(1).max(100),
})

export type NewOrder = z.infer<typeof NewOrder>
export const NewOrder = z.strictObject({
  customerId: z.string().min(1).max(64),
  items: z.array(Item).min(1).max(50),
  note: z.string().max(200).optional(),
})

export type Order = z.infer<typeof Order>
export const Order = z.object({
  id: z.uuid(),
  ...NewOrder.shape,
  createdAt: z.iso.datetime(),
})
export const OrderList = z.object({ orders: z.array(Order) })

/** A query is text: here, and only here, a number is read from a string. */
const Limit = z.coerce.number().int().min(1).max(100).default(20)
export const ListQuery = z.object({ limit: Limit })
// #endregion

const Health = z.object({ status: z.literal('ok') })

const Cents = z.int().min(0)
const Quote = z.object({
  orderId: z.uuid(),
  priceCents: Cents,
  shippingCents: Cents,
  totalCents: Cents,
})

const Fault = z.object({ pointer: z.string(), detail: z.string() })
const Problem = z.object({
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z.array(Fault).optional(),
})

// #region openapi
const models = { Health, Limit, NewOrder, Order, OrderList, Problem, Quote }
const registry = z.registry<{ id: string }>()
for (const [id, model] of Object.entries(models)) registry.add(model, { id })

const uri = (id: string) => `#/components/schemas/${id}`
const { schemas } = z.toJSONSchema(registry, { uri })
// Zod repeats the URI as `$id`, where JSON Schema allows no fragment.
for (const schema of Object.values(schemas)) delete schema.$id

type Model = keyof typeof models
const schema = (model: Model) => ({ schema: { $ref: uri(model) } })
const json = (model: Model) => ({ 'application/json': schema(model) })

/** A success with its model, and the problems that may come instead. */
function answers(success: number, model: Model, ...problems: number[]) {
  const problem = { 'application/problem+json': schema('Problem') }
  const answer = (status: number, content: object) => ({
    [status]: { description: STATUS_CODES[status], content },
  })
  return Object.assign(
    answer(success, json(model)),
    ...problems.map((status) => answer(status, problem)),
  )
}

const id = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
}

/** Written by hand: no compiler sees when a route departs from it. */
export const openapi = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  components: { schemas },
  paths: {
    '/health': { get: { responses: answers(200, 'Health') } },
    '/orders': {
      get: {
        parameters: [{ name: 'limit', in: 'query', ...schema('Limit') }],
        responses: answers(200, 'OrderList', 422),
      },
      post: {
        requestBody: { required: true, content: json('NewOrder') },
        responses: answers(201, 'Order', 400, 413, 415, 422),
      },
    },
    '/orders/{id}': {
      parameters: [id],
      get: { responses: answers(200, 'Order', 404) },
    },
    '/orders/{id}/quote': {
      parameters: [id],
      get: { responses: answers(200, 'Quote', 404) },
    },
  },
}
// #endregion
