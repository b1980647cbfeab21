import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createApp, type Services } from './app.ts'

const input = { customerId: 'c-1', items: [{ sku: 'TEA-1', quantity: 2 }] }

/** Serves the app on a free port until the test ends, and keeps its log. */
async function serve(t: TestContext, services: Partial<Services> = {}) {
  const log: string[] = []
  const server = createApp(
    { fetchPrice: async () => 1, fetchShipping: async () => 1, ...services },
    { stream: { write: (line: string) => void log.push(line) } },
  ).listen(0, '127.0.0.1')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, log }
}

function post(url: string, body: unknown) {
  return fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

test('a response holds what its model declares and nothing else', async (t) => {
  const { url } = await serve(t)
  const created = await post(url, input)
  const order = await created.json()
  const { id, createdAt } = order
  assert.equal(created.status, 201)
  assert.deepEqual(order, { ...input, id, createdAt })

  const found = await fetch(url + created.headers.get('location'))
  assert.deepEqual(await found.json(), order)
  const list = await fetch(`${url}/orders`)
  assert.deepEqual(await list.json(), { orders: [order] })
})

test('a 422 lists every error, each with its JSON pointer', async (t) => {
  const { url } = await serve(t)
  const response = await post(url, {
    items: [{ sku: 'no', quantity: '2', 'a/b': 1 }],
    admin: true,
  })
  const { status, errors } = await response.json()
  assert.equal(response.status, 422)
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

/** A call that waits until the test answers it. */
function holdCall() {
  const called = Promise.withResolvers<string>()
  const answered = Promise.withResolvers<number>()
  const fetchCents = (orderId: string) => {
    called.resolve(orderId)
    return answered.promise
  }
  return { fetchCents, called: called.promise, answer: answered.resolve }
}

// The timeout ends the test if the second call waits for the first.
test('a quote makes both calls at once', { timeout: 5000 }, async (t) => {
  const [price, shipping] = [holdCall(), holdCall()]
  const { url } = await serve(t, {
    fetchPrice: price.fetchCents,
    fetchShipping: shipping.fetchCents,
  })
  const { id } = await (await post(url, input)).json()
  const quote = fetch(`${url}/orders/${id}/quote`)

  assert.deepEqual(await Promise.all([price.called, shipping.called]), [id, id])
  price.answer(4200)
  shipping.answer(490)
  assert.deepEqual(await (await quote).json(), {
    orderId: id,
    priceCents: 4200,
    shippingCents: 490,
    totalCents: 4690,
  })
})

/** Asks for a quote that fails. Its error belongs in the log only. */
async function failQuote(t: TestContext, fetchPrice: Services['fetchPrice']) {
  const { url, log } = await serve(t, { fetchPrice })
  const { id } = await (await post(url, input)).json()
  const response = await fetch(`${url}/orders/${id}/quote`)
  const type = response.headers.get('content-type')!
  assert.match(type, /^application\/problem\+json/)
  assert.match(log.at(-1)!, /no such customer/)
  assert.equal(log.length, 2, 'one line per request')
  return response.json()
}

const notFound = { status: 404, statusCode: 404, expose: true }

test('a rejected call is a 502, even if its error is a 404', async (t) => {
  const error = Object.assign(new Error('no such customer'), notFound)
  assert.deepEqual(await failQuote(t, () => Promise.reject(error)), {
    title: 'Bad Gateway',
    status: 502,
  })
})

test('any other error is a 500, even if it carries a 404', async (t) => {
  const error = Object.assign(new Error('no such customer'), { status: 404 })
  const fetchPrice = () => {
    throw error
  }
  assert.deepEqual(await failQuote(t, fetchPrice), {
    title: 'Internal Server Error',
    status: 500,
  })
})
