import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Ajv } from 'ajv'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import createError from 'http-errors'
import Type, { type Static } from 'typebox'
import { createStore, NewOrder, Order } from './orders.ts'

/** Asks another service what it charges for an order, in cents. */
export type Ask = (service: string, orderId: string) => Promise<number>

const Health = Type.Object({ status: Type.Literal('ok') })
const Orders = Type.Object({ orders: Type.Array(Order) })
const Quote = Type.Object({
  orderId: Type.String({ format: 'uuid' }),
  priceCents: Type.Integer({ minimum: 0 }),
  shippingCents: Type.Integer({ minimum: 0 }),
  totalCents: Type.Integer({ minimum: 0 }),
})
const Fault = Type.Object({ pointer: Type.String(), detail: Type.String() })
const Problem = Type.Object({
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(Fault)),
})

// #region errors
/** Answers with problem details (RFC 9457); only the log explains a 5xx. */
function sendProblem(error: Error, req: FastifyRequest, reply: FastifyReply) {
  const { status, expose, message, errors } = createError(error)
  if (!expose) req.log.error(error)
  const detail = expose ? message : undefined
  reply.code(status).type('application/problem+json')
  reply.send({ title: STATUS_CODES[status], status, detail, errors })
}
// #endregion

/** Builds the service; `ask` is how it reaches the services it depends on. */
export async function createApp(ask: Ask) {
  const store = createStore()
  const app = Fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000, // Fastify switches off Node's own limit
    logger: { level: 'error' },
    frameworkErrors: sendProblem, // what the router itself refuses
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(() => createError(404, 'No such route'))

  // #region openapi
  // The names that the models have in the OpenAPI document.
  const models = { Health, NewOrder, Order, Orders, Problem, Quote }
  const ref = <Name extends keyof typeof models>(name: Name) =>
    Type.Unsafe<Static<(typeof models)[Name]>>({ $ref: `${name}#` })
  const content = { 'application/problem+json': { schema: ref('Problem') } }
  const problem = { description: 'Problem details (RFC 9457)', content }
  for (const [$id, model] of Object.entries(models))
    app.addSchema({ $id, ...model })
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Orders', version: '1.0.0' } },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  // #endregion

  // #region validation
  // JSON has numbers. Elsewhere they are text, and only there they are parsed.
  const rules = { allErrors: true, useDefaults: true, schemas: models }
  const json = new Ajv(rules)
  const text = new Ajv({ ...rules, coerceTypes: true })
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? json : text).compile(schema),
  )
  // Every fault at once, each at its JSON pointer (RFC 6901).
  app.setSchemaErrorFormatter((faults) => {
    const errors = faults.map(({ instancePath, params, message }) => {
      const name = params.missingProperty ?? params.additionalProperty
      if (name === undefined) return { pointer: instancePath, detail: message }
      const token = String(name).replaceAll('~', '~0').replaceAll('/', '~1')
      return { pointer: `${instancePath}/${token}`, detail: message }
    })
    return createError(422, 'The input is not valid', { errors })
  })
  // #endregion

  // #region routes
  const health = { response: { 200: ref('Health') } }
  app.get('/health', { schema: health }, () => ({ status: 'ok' as const }))

  const body = ref('NewOrder')
  const created = { ...ref('Order'), headers: { Location: Type.String() } }
  const create = { body, response: { 201: created, '4xx': problem } }
  app.post('/orders', { schema: create }, (req, reply) => {
    const order = store.add(req.body)
    reply.code(201).header('location', `/orders/${order.id}`).send(order)
  })

  const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 })
  const querystring = Type.Object({ limit }, { required: [] }) // has a default
  const list = { querystring, response: { 200: ref('Orders'), '4xx': problem } }
  app.get('/orders', { schema: list }, (req) => ({
    orders: store.newest(req.query.limit),
  }))

  const params = Type.Object({ id: Type.String() })
  const find = { params, response: { 200: ref('Order'), '4xx': problem } }
  app.get('/orders/:id', { schema: find }, (req) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    return order
  })

  // #region quote
  const quote = { params, response: { 200: ref('Quote'), '4xx': problem } }
  app.get('/orders/:id/quote', { schema: quote }, async (req) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    const calls = [ask('price', order.id), ask('shipping', order.id)]
    const [priceCents, shippingCents] = await Promise.all(calls)
    const totalCents = priceCents + shippingCents
    return { orderId: order.id, priceCents, shippingCents, totalCents }
  })
  // #endregion
  // #endregion

  return app
}
