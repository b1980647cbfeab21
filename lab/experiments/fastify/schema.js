import Fastify from 'fastify'
import Type from 'typebox'

const app = Fastify()

const Greeting = Type.Object(
  { name: Type.String(), times: Type.Integer() },
  { additionalProperties: false },
)

app.post('/hello', { schema: { body: Greeting } }, (request) => {
  return request.body
})

console.log(await app.listen({ port: process.env.PORT || 3000 }))
