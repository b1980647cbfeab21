import { Readable } from 'node:stream'
import Fastify from 'fastify'

const app = Fastify()

async function sendReceipt(req) {
  console.log(`sends the receipt of ${req.params.order}`)
}

app.post('/orders/:order', { onResponse: sendReceipt }, async (req, reply) => {
  reply.code(202)
  return { accepted: req.params.order }
})

async function* rows() {
  for (const number of [1, 2, 3]) yield `row ${number}\n`
}

app.get('/export', async (req, reply) => {
  reply.type('text/csv')
  return Readable.from(rows())
})

console.log(await app.listen({ port: process.env.PORT || 3000 }))
