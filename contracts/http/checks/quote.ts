import type { Check } from '../../check.ts'
import { expectJson, expectProperties, failAnswer, formatRequest } from '../expect.ts'
import { create, expectProblem, unknownId } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

export const quoting: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /orders/{id}/quote returns price, shipping and their total in whole cents',
    async run(target) {
      await expectQuote(target, (await create(target)).id)
    },
  },
  {
    name: '20 concurrent quotes are each answered for their own order',
    async run(target) {
      const orders = await Promise.all(Array.from({ length: 20 }, () => create(target)))
      await Promise.all(orders.map(({ id }) => expectQuote(target, id)))
    },
  },
  {
    name: 'the quote of an unknown order is answered with 404',
    async run(target) {
      for (const id of [unknownId, 'nope']) {
        expectProblem(await ask(target, `/orders/${id}/quote`), 404)
      }
    },
  },
]

async function expectQuote(target: HttpTarget, id: string): Promise<void> {
  const answer = await ask(target, `/orders/${id}/quote`)
  const body = expectJson(answer, 200)
  const cents = ['priceCents', 'shippingCents', 'totalCents'] as const
  expectProperties(formatRequest(answer), body, ['orderId', ...cents])
  if (body['orderId'] !== id) failAnswer(answer, `the orderId ${id}`)
  const [price, shipping, total] = cents.map((name) => {
    const value = body[name]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      return failAnswer(answer, `${name}: a whole number, 0 or more`)
    }
    return value
  })
  if (Number(price) + Number(shipping) !== total) {
    failAnswer(answer, 'totalCents = priceCents + shippingCents')
  }
}
