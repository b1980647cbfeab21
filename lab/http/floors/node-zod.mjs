/**
 * The order service on plain node:http with the models and the store of the Express example: what is left of Express when only
 * the framework goes. Runs in the folder of the example.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { NewOrder, Order } from './models.ts'
import { createStore } from './orders.ts'

const store = createStore()

const server = createServer((request, response) => {
  const [, , id = '', quote] = request.url.split('/')
  if (request.method === 'POST') return create(request, response)
  if (request.url === '/health') return send(response, 200, { status: 'ok' })
  if (quote) return void sendQuote(response, id)
  send(response, 200, Order.parse(store.get(id)))
})

function create(request, response) {
  let text = ''
  request.setEncoding('utf8').on('data', (part) => (text += part))
  request.on('end', () => {
    const result = NewOrder.safeParse(JSON.parse(text))
    if (!result.success) {
      const errors = result.error.issues.map(({ path, message }) => ({
        pointer: ['', ...path].join('/'),
        detail: message,
      }))
      return send(response, 422, { title: 'Unprocessable Entity', status: 422, errors })
    }
    const order = store.add(result.data)
    response.setHeader('location', `/orders/${order.id}`)
    send(response, 201, Order.parse(order))
  })
}

async function sendQuote(response, orderId) {
  const [priceCents, shippingCents] = await Promise.all([sleep(20, 4200), sleep(20, 490)])
  send(response, 200, {
    orderId,
    priceCents,
    shippingCents,
    totalCents: priceCents + shippingCents,
  })
}

function send(response, status, body) {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
