import type { Check } from '../../check.ts'
import { expectStatus } from '../expect.ts'
import { create, newOrder, post } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

/** How many orders a service keeps. */
const capacity = 10_000

/** How many requests are under way at a time. */
const concurrency = 32

export const bounded: readonly Check<HttpTarget>[] = [
  {
    name: 'keeps the newest 10,000 orders: the one before them is gone',
    async run(target) {
      const gone = await create(target)
      const kept = await create(target)
      const body = newOrder()
      let left = capacity - 1
      const postInTurn = async () => {
        while (left-- > 0) expectStatus(await post(target, body), 201)
      }
      await Promise.all(Array.from({ length: concurrency }, postInTurn))
      expectStatus(await ask(target, `/orders/${kept.id}`), 200)
      expectStatus(await ask(target, `/orders/${gone.id}`), 404)
    },
  },
]
