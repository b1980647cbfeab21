import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { expectJson } from '../expect.ts'
import {
  create,
  expectErrors,
  expectProblem,
  list,
  newOrder,
  unknownId,
  type Order,
} from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

export const reading: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /orders/{id} returns the order unchanged at every call',
    async run(target) {
      const order = await create(target, newOrder({ note: 'n' }))
      for (let call = 1; call <= 2; call++) {
        expectSame(`call ${call}`, expectJson(await ask(target, `/orders/${order.id}`), 200), order)
      }
    },
  },
  {
    name: 'an unknown order is answered with 404',
    async run(target) {
      expectProblem(await ask(target, `/orders/${unknownId}`), 404)
    },
  },
  {
    name: 'an ID that is not a UUID is answered with 404, not 400 or 422',
    async run(target) {
      for (const id of ['1', 'nope', '%20', 'constructor', '__proto__']) {
        expectProblem(await ask(target, `/orders/${id}`), 404)
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
    name: 'GET /orders returns 20 orders by default',
    async run(target) {
      const newest = (await createMany(target, 21)).slice(1).reverse()
      expectSame('GET /orders', await list(target), newest)
    },
  },
  {
    name: 'GET /orders?limit= accepts 1 to 100 and returns at most that many orders',
    async run(target) {
      await createMany(target, 101)
      for (const limit of [1, 2, 100]) {
        const { length } = await list(target, `?limit=${limit}`)
        if (length !== limit) fail(`GET /orders?limit=${limit}`, `${limit} orders`, String(length))
      }
    },
  },
  {
    name: 'a limit of 0, 101, -1, 1.5 or "many" is answered with 422 at /limit',
    async run(target) {
      for (const limit of ['0', '101', '-1', '1.5', 'many', '1e9', '9'.repeat(30)]) {
        expectErrors(await ask(target, `/orders?limit=${limit}`), '/limit')
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
