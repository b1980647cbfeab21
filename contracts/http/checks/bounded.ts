import type { Check } from '../../check.ts'
import { expectStatus } from '../expect.ts'
import { create, newOrder, post } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

/** Number of orders that a service keeps. */
const capacity = 10_000

/** Number of requests in flight at a time. */
const concurrency = 32

export const bounded: readonly Check<HttpTarget>[] = [
  {
    name: 'the newest 10,000 orders are kept, and the one before them is dropped',
    async run(target) {
      const dropped = await create(target)
      const kept = await create(target)
      const body = newOrder()
      let remaining = capacity - 1
      const postOrders = async () => {
        while (remaining-- > 0) expectStatus(await post(target, body), 201)
      }
      await Promise.all(Array.from({ length: concurrency }, postOrders))
      expectStatus(await ask(target, `/orders/${kept.id}`), 200)
      expectStatus(await ask(target, `/orders/${dropped.id}`), 404)
    },
  },
]
