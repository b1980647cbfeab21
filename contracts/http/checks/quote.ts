import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import { asked, came, expectProperties, jsonOf } from '../expect.ts'
import { create, problemOf, unknownId } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

export const quoting: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /orders/{id}/quote gives price, shipping and their total in whole cents',
    async run(target) {
      await quote(target, (await create(target)).id)
    },
  },
  {
    name: 'answers 20 quotes asked for at once, each for its own order',
    async run(target) {
      const orders = await Promise.all(Array.from({ length: 20 }, () => create(target)))
      await Promise.all(orders.map(({ id }) => quote(target, id)))
    },
  },
  {
    name: 'answers 404 for the quote of an order that is not there',
    async run(target) {
      for (const id of [unknownId, 'nope']) {
        problemOf(await ask(target, `/orders/${id}/quote`), 404)
      }
    },
  },
]

async function quote(target: HttpTarget, id: string): Promise<void> {
  const answer = await ask(target, `/orders/${id}/quote`)
  const body = jsonOf(answer, 200)
  const cents = ['priceCents', 'shippingCents', 'totalCents'] as const
  expectProperties(asked(answer), body, ['orderId', ...cents])
  if (body['orderId'] !== id) fail(asked(answer), `the orderId ${id}`, came(answer))
  const [price, shipping, total] = cents.map((name) => {
    const value = body[name]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      return fail(asked(answer), `${name}: a whole number, 0 or more`, came(answer))
    }
    return value
  })
  if (Number(price) + Number(shipping) !== total) {
    fail(asked(answer), 'totalCents = priceCents + shippingCents', came(answer))
  }
}
