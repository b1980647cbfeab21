import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp, type Ask } from './app.ts'

const build = (ask: Ask = async () => 100) => createApp(ask)
type App = Awaited<ReturnType<typeof build>>

function post(app: App, payload: object) {
  return app.inject({ method: 'POST', url: '/orders', payload })
}

const input = { customerId: 'c-1', items: [{ sku: 'TEA-1', quantity: 2 }] }

test('an order shows what its model declares and nothing else', async () => {
  const app = await build()
  const created = await post(app, input)
  const order = created.json()
  assert.equal(created.statusCode, 201)
  assert.deepEqual(order, {
    ...input,
    id: order.id,
    createdAt: order.createdAt,
  })

  const found = await app.inject(String(created.headers.location))
  assert.deepEqual(found.json(), order)
  const list = await app.inject('/orders')
  assert.deepEqual(list.json(), { orders: [order] })
})

test('every fault is reported at once, each with its pointer', async () => {
  const refused = await post(await build(), {
    items: [{ sku: 'no', quantity: '2', 'a/b': 1 }],
    admin: true,
  })
  const { status, errors } = refused.json()
  assert.equal(refused.statusCode, 422)
  assert.equal(status, 422)
  assert.deepEqual(
    errors.map((error: { pointer: string }) => error.pointer).sort(),
    [
      '/admin',
      '/customerId',
      '/items/0/a~1b',
      '/items/0/quantity',
      '/items/0/sku',
    ],
  )
})

// One after the other, the second call would never come: hence the timeout.
test('both services are asked at once', { timeout: 5000 }, async () => {
  const pending = new Map<string, (cents: number) => void>()
  const both = Promise.withResolvers<void>()
  const app = await build((service) => {
    return new Promise((answer) => {
      pending.set(service, answer)
      if (pending.size === 2) both.resolve()
    })
  })
  const { id } = (await post(app, input)).json()
  const quote = app.inject(`/orders/${id}/quote`)

  await both.promise
  pending.get('price')!(4200)
  pending.get('shipping')!(490)
  assert.deepEqual((await quote).json(), {
    orderId: id,
    priceCents: 4200,
    shippingCents: 490,
    totalCents: 4690,
  })
})

test('a failure goes to the log, not to the client', async (t) => {
  const failure = new Error('connect ECONNREFUSED 10.0.0.7:5432')
  const app = await build(() => Promise.reject(failure))
  const log = t.mock.fn()
  app.addHook('onRequest', async (request) => {
    request.log.error = log
  })
  const { id } = (await post(app, input)).json()

  const failed = await app.inject(`/orders/${id}/quote`)
  assert.equal(failed.statusCode, 500)
  assert.match(
    String(failed.headers['content-type']),
    /^application\/problem\+json/,
  )
  assert.deepEqual(failed.json(), {
    title: 'Internal Server Error',
    status: 500,
  })
  assert.equal(log.mock.calls[0]?.arguments[0], failure)
})
