import Type, { type Static } from 'typebox'

// #region model
const strict = { additionalProperties: false }
const Item = Type.Object(
  {
    sku: Type.String({ pattern: '^[A-Z0-9-]{3,20}$' }),
    quantity: Type.Integer({ minimum: 1, maximum: 100 }),
  },
  strict,
)

export type NewOrder = Static<typeof NewOrder>
export const NewOrder = Type.Object(
  {
    customerId: Type.String({ minLength: 1, maxLength: 64 }),
    items: Type.Array(Item, { minItems: 1, maxItems: 50 }),
    note: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
)

export type Order = Static<typeof Order>
export const Order = Type.Object({
  id: Type.String({ format: 'uuid' }),
  ...NewOrder.properties,
  createdAt: Type.String({ format: 'date-time' }),
})
export const OrderList = Type.Object({ orders: Type.Array(Order) })

const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 })
export const ListQuery = Type.Object({ limit }, { required: [] })
// #endregion

export const OrderPath = Type.Object({ id: Type.String() })
export const Health = Type.Object({ status: Type.Literal('ok') })
export const Quote = Type.Object({
  orderId: Type.String({ format: 'uuid' }),
  priceCents: Type.Integer({ minimum: 0 }),
  shippingCents: Type.Integer({ minimum: 0 }),
  totalCents: Type.Integer({ minimum: 0 }),
})

const InputError = Type.Object({
  pointer: Type.String(),
  detail: Type.String(),
})
export const Problem = Type.Object({
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(InputError)),
})
