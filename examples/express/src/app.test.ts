import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createApp, type Ask } from './app.ts'

/** Serves the app on a free port until the test ends; gives its address. */
async function serve(t: TestContext, ask: Ask = async () => 100) {
  const server = createApp(ask).listen(0, '127.0.0.1')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function post(url: string, body: unknown) {
  return fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const input = { customerId: 'c-1', items: [{ sku: 'TEA-1', quantity: 2 }] }

test('an order shows what its model declares and nothing else', async (t) => {
  const url = await serve(t)
  const created = await post(url, input)
  const order = await created.json()
  assert.equal(created.status, 201)
  assert.deepEqual(order, {
    ...input,
    id: order.id,
    createdAt: order.createdAt,
  })

  const found = await fetch(url + created.headers.get('location'))
  assert.deepEqual(await found.json(), order)
  const list = await fetch(`${url}/orders`)
  assert.deepEqual(await list.json(), { orders: [order] })
})

test('every fault is reported at once, each with its pointer', async (t) => {
  const url = await serve(t)
  const refused = await post(url, {
    items: [{ sku: 'no', quantity: '2', 'a/b': 1 }],
    admin: true,
  })
  const { status, errors } = await refused.json()
  assert.equal(refused.status, 422)
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
test('both services are asked at once', { timeout: 5000 }, async (t) => {
  const pending = new Map<string, (cents: number) => void>()
  const both = Promise.withResolvers<void>()
  const url = await serve(t, (service) => {
    return new Promise((answer) => {
      pending.set(service, answer)
      if (pending.size === 2) both.resolve()
    })
  })
  const { id } = await (await post(url, input)).json()
  const quote = fetch(`${url}/orders/${id}/quote`)

  await both.promise
  pending.get('price')!(4200)
  pending.get('shipping')!(490)
  assert.deepEqual(await (await quote).json(), {
    orderId: id,
    priceCents: 4200,
    shippingCents: 490,
    totalCents: 4690,
  })
})

test('a failure goes to the log, not to the client', async (t) => {
  const log = t.mock.method(console, 'error', () => {})
  const failure = new Error('connect ECONNREFUSED 10.0.0.7:5432')
  const url = await serve(t, () => Promise.reject(failure))
  const { id } = await (await post(url, input)).json()

  const failed = await fetch(`${url}/orders/${id}/quote`)
  assert.equal(failed.status, 500)
  assert.match(
    failed.headers.get('content-type')!,
    /^application\/problem\+json/,
  )
  assert.deepEqual(await failed.json(), {
    title: 'Internal Server Error',
    status: 500,
  })
  assert.equal(log.mock.calls[0]?.arguments[0], failure)
})
