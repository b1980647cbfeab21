import Fastify from 'fastify'

const app = Fastify()

app.get('/health', async () => {
  console.log('/health is answered')
  return { status: 'ok' }
})

app.get('/report', async () => {
  console.log('/report begins')
  let sum = 0
  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7
  console.log('/report is answered')
  return { sum }
})

console.log(await app.listen({ port: process.env.PORT || 3000 }))
