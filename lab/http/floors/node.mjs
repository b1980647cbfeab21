/** The order service on plain node:http: no framework, no validation, no filter, no log. What Node itself costs. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const orders = new Map()

const server = createServer((request, response) => {
  const [, , id, quote] = request.url.split('/')
  if (request.method === 'POST') return create(request, response)
  if (request.url === '/health') return send(response, 200, { status: 'ok' })
  if (quote) return void sendQuote(response, id)
  send(response, 200, orders.get(id))
})

function create(request, response) {
  let text = ''
  request.setEncoding('utf8').on('data', (part) => (text += part))
  request.on('end', () => {
    const order = { id: randomUUID(), ...JSON.parse(text), createdAt: new Date().toISOString() }
    orders.set(order.id, order)
    if (orders.size > 10_000) orders.delete(orders.keys().next().value)
    response.setHeader('location', `/orders/${order.id}`)
    send(response, 201, order)
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
