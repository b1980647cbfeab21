import Fastify from 'fastify'

const app = Fastify()

app.post('/hello', (request) => {
  return { hello: request.body.name }
})

console.log(await app.listen({ port: process.env.PORT || 3000 }))
