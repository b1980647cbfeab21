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
const Quote = z.object({
  orderId: z.uuid(),
  priceCents: z.int().min(0),
  shippingCents: z.int().min(0),
  totalCents: z.int().min(0),
})

const Fault = z.object({ pointer: z.string(), detail: z.string() })
const Problem = z.object({
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  errors: z.array(Fault).optional(),
})

// #region openapi
const models = { Health, Limit, NewOrder, Order, OrderList, Problem, Quote }
type Model = keyof typeof models
const { properties: schemas } = z.toJSONSchema(z.object(models))
const ref = (model: Model) => ({ $ref: `#/components/schemas/${model}` })
const body = (about: string, model: Model, type = 'application/json') => ({
  description: about,
  content: { [type]: { schema: ref(model) } },
})
const problem = (about: string) =>
  body(about, 'Problem', 'application/problem+json')
const notFound = problem('No such order')
const invalid = problem('Invalid, with every fault')
const text = { schema: { type: 'string' } }
const id = { name: 'id', in: 'path', required: true, ...text }

/** Written by hand: nothing but a test sees when a route says otherwise. */
export const openapi = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  components: { schemas },
  paths: {
    '/health': { get: { responses: { 200: body('It is up', 'Health') } } },
    '/orders': {
      get: {
        parameters: [{ name: 'limit', in: 'query', schema: ref('Limit') }],
        responses: { 200: body('Newest first', 'OrderList'), 422: invalid },
      },
      post: {
        requestBody: { required: true, ...body('What to order', 'NewOrder') },
        responses: {
          201: { ...body('The order', 'Order'), headers: { Location: text } },
          400: problem('Malformed JSON'),
          413: problem('Over 64 KiB'),
          415: problem('Unknown charset or encoding'),
          422: invalid,
        },
      },
    },
    '/orders/{id}': {
      parameters: [id],
      get: { responses: { 200: body('The order', 'Order'), 404: notFound } },
    },
    '/orders/{id}/quote': {
      parameters: [id],
      get: { responses: { 200: body('Its price', 'Quote'), 404: notFound } },
    },
  },
}
// #endregion
