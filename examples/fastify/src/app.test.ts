import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp, type Services } from './app.ts'

const input = { customerId: 'c-1', items: [{ sku: 'TEA-1', quantity: 2 }] }

/** Builds the app and keeps its log. */
async function build(services: Partial<Services> = {}) {
  const log: string[] = []
  const app = await createApp(
    { fetchPrice: async () => 1, fetchShipping: async () => 1, ...services },
    { stream: { write: (line) => void log.push(line) } },
  )
  return { app, log }
}

function post({ app }: Awaited<ReturnType<typeof build>>, payload: object) {
  return app.inject({ method: 'POST', url: '/orders', payload })
}

test('a response holds what its schema declares and nothing else', async () => {
  const service = await build()
  const created = await post(service, input)
  const order = created.json()
  const { id, createdAt } = order
  assert.equal(created.statusCode, 201)
  assert.deepEqual(order, { ...input, id, createdAt })

  const found = await service.app.inject(String(created.headers.location))
  assert.deepEqual(found.json(), order)
  const list = await service.app.inject('/orders')
  assert.deepEqual(list.json(), { orders: [order] })
})

test('a 422 lists every error, each with its JSON pointer', async () => {
  const response = await post(await build(), {
    items: [{ sku: 'no', quantity: '2', 'a/b': 1 }],
    admin: true,
  })
  const { status, errors } = response.json()
  assert.equal(response.statusCode, 422)
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
test('a quote makes both calls at once', { timeout: 5000 }, async () => {
  const [price, shipping] = [holdCall(), holdCall()]
  const service = await build({
    fetchPrice: price.fetchCents,
    fetchShipping: shipping.fetchCents,
  })
  const { id } = (await post(service, input)).json()
  const quote = service.app.inject(`/orders/${id}/quote`)

  assert.deepEqual(await Promise.all([price.called, shipping.called]), [id, id])
  price.answer(4200)
  shipping.answer(490)
  assert.deepEqual((await quote).json(), {
    orderId: id,
    priceCents: 4200,
    shippingCents: 490,
    totalCents: 4690,
  })
})

/** Asks for a quote that fails. Its error belongs in the log only. */
async function failQuote(fetchPrice: Services['fetchPrice']) {
  const service = await build({ fetchPrice })
  const { id } = (await post(service, input)).json()
  const response = await service.app.inject(`/orders/${id}/quote`)
  const type = String(response.headers['content-type'])
  assert.match(type, /^application\/problem\+json/)
  assert.match(service.log.at(-1)!, /no such customer/)
  assert.equal(service.log.length, 2, 'one line per request')
  return response.json()
}

const notFound = { status: 404, statusCode: 404, expose: true }

test('a rejected call is a 502, even if its error is a 404', async () => {
  const error = Object.assign(new Error('no such customer'), notFound)
  assert.deepEqual(await failQuote(() => Promise.reject(error)), {
    title: 'Bad Gateway',
    status: 502,
  })
})

test('any other error is a 500, even if it carries a 404', async () => {
  const error = Object.assign(new Error('no such customer'), { status: 404 })
  const fetchPrice = () => {
    throw error
  }
  assert.deepEqual(await failQuote(fetchPrice), {
    title: 'Internal Server Error',
    status: 500,
  })
})
