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

/** A query is text: here, and only here, a number is parsed from a string. */
const limit = z.coerce.number().int().min(1).max(100).default(20)
export const ListQuery = z.object({ limit })
// #endregion

export const Health = z.object({ status: z.literal('ok') })
export const Quote = z.object({
  orderId: z.uuid(),
  priceCents: z.int().min(0),
  shippingCents: z.int().min(0),
  totalCents: z.int().min(0),
})

const InputError = z.object({ pointer: z.string(), detail: z.string() })
export const Problem = z.object({
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  errors: z.array(InputError).optional(),
})
