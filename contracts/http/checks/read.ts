import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { jsonOf } from '../expect.ts'
import {
  create,
  expectFaults,
  list,
  newOrder,
  problemOf,
  unknownId,
  type Order,
} from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

export const reading: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /orders/{id} gives the order as it was created, at every call',
    async run(target) {
      const order = await create(target, newOrder({ note: 'n' }))
      for (let call = 1; call <= 2; call++) {
        expectSame(`call ${call}`, jsonOf(await ask(target, `/orders/${order.id}`), 200), order)
      }
    },
  },
  {
    name: 'answers 404 for an order that is not there',
    async run(target) {
      problemOf(await ask(target, `/orders/${unknownId}`), 404)
    },
  },
  {
    name: 'answers 404, not 400 or 422, for an id that is no UUID',
    async run(target) {
      for (const id of ['1', 'nope', '%20', 'constructor', '__proto__']) {
        problemOf(await ask(target, `/orders/${id}`), 404)
      }
    },
  },
  {
    name: 'GET /orders lists the newest order first',
    async run(target) {
      const oldestFirst = await createMany(target, 3)
      expectSame('GET /orders?limit=3', await list(target, '?limit=3'), oldestFirst.reverse())
    },
  },
  {
    name: 'GET /orders gives 20 orders when no limit is asked for',
    async run(target) {
      const newest = (await createMany(target, 21)).slice(1).reverse()
      expectSame('GET /orders', await list(target), newest)
    },
  },
  {
    name: 'GET /orders?limit= takes 1 to 100 and gives no more than that',
    async run(target) {
      await createMany(target, 101)
      for (const limit of [1, 2, 100]) {
        const { length } = await list(target, `?limit=${limit}`)
        if (length !== limit) fail(`GET /orders?limit=${limit}`, `${limit} orders`, String(length))
      }
    },
  },
  {
    name: 'refuses a limit of 0, 101, -1, 1.5 or "many" with 422 at /limit',
    async run(target) {
      for (const limit of ['0', '101', '-1', '1.5', 'many', '1e9', '9'.repeat(30)]) {
        expectFaults(await ask(target, `/orders?limit=${limit}`), '/limit')
      }
    },
  },
]

async function createMany(target: HttpTarget, count: number): Promise<Order[]> {
  const orders: Order[] = []
  for (let index = 0; index < count; index++) {
    orders.push(await create(target, newOrder({ customerId: `customer-${index}` })))
  }
  return orders
}
