import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Ajv } from 'ajv'
import Fastify, {
  LogController,
  type FastifyLoggerOptions,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import createError from 'http-errors'
import Type from 'typebox'
import * as models from './models.ts'
import { createStore } from './orders.ts'

/** Calls to other services. Each resolves with a charge in cents. */
export interface Services {
  fetchPrice(orderId: string): Promise<number>
  fetchShipping(orderId: string): Promise<number>
}

// #region errors
/** Answers with problem details (RFC 9457). Only the log explains a 5xx. */
function sendProblem(error: Error, _req: FastifyRequest, reply: FastifyReply) {
  // These come from this app and from Fastify. A status that any other error
  // carries is not ours to repeat.
  const isOurs = createError.isHttpError(error) || error.name === 'FastifyError'
  const problem = isOurs ? createError(error) : createError(500)
  const { status, expose, message, errors } = problem
  if (!expose) reply.log = reply.log.child({ err: error })
  const detail = expose ? message : undefined
  reply.code(status).type('application/problem+json')
  reply.send({ title: STATUS_CODES[status], status, detail, errors })
}

/** Reports a failed call as a 502, whatever status its error carries. */
function throwBadGateway(cause: unknown): never {
  throw createError(502, { cause })
}
// #endregion

/** Logs each request in one line, once it is answered. */
class RequestLog extends LogController {
  override incomingRequest(req: FastifyRequest, reply: FastifyReply) {
    reply.raw.once('close', () => {
      const level = reply.statusCode < 500 ? 'info' : 'error'
      const responseTime = reply.elapsedTime
      reply.log[level]({ req, res: reply, responseTime }, 'request completed')
    })
  }
  override requestCompleted() {}
}

// #region routes
const routes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const store = createStore()
  const content = { 'application/problem+json': { schema: models.Problem } }
  const problem = { description: 'Problem details (RFC 9457)', content }

  app.get('/health', { schema: { response: { 200: models.Health } } }, () => ({
    status: 'ok' as const,
  }))

  const Created = { ...models.Order, headers: { Location: Type.String() } }
  const createSchema = {
    body: models.NewOrder,
    response: {
      201: Created,
      400: problem,
      413: problem,
      415: problem,
      422: problem,
    },
  }
  app.post('/orders', { schema: createSchema }, (req, reply) => {
    const order = store.add(req.body)
    reply.code(201).header('location', `/orders/${order.id}`).send(order)
  })

  const listSchema = {
    querystring: models.ListQuery,
    response: { 200: models.OrderList, 422: problem },
  }
  app.get('/orders', { schema: listSchema }, (req) => ({
    orders: store.newest(req.query.limit),
  }))

  const getSchema = {
    params: models.OrderPath,
    response: { 200: models.Order, 400: problem, 404: problem, 414: problem },
  }
  app.get('/orders/:id', { schema: getSchema }, (req) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    return order
  })

  // #region quote
  const quoteSchema = {
    params: models.OrderPath,
    response: { 200: models.Quote, 400: problem, 404: problem, 414: problem },
  }
  app.get('/orders/:id/quote', { schema: quoteSchema }, async (req) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    const [priceCents, shippingCents] = await Promise.all([
      services.fetchPrice(order.id),
      services.fetchShipping(order.id),
    ]).catch(throwBadGateway)
    const totalCents = priceCents + shippingCents
    return { orderId: order.id, priceCents, shippingCents, totalCents }
  })
  // #endregion
}
// #endregion

/** Builds the service. `log` sets the level of its log and where it goes. */
export async function createApp(services: Services, log: FastifyLoggerOptions) {
  const app = Fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000, // Fastify switches off Node's own limit.
    frameworkErrors: sendProblem, // Errors of the router.
    logController: new RequestLog(),
    logger: {
      ...log,
      // Headers and queries may hold secrets.
      serializers: {
        req: ({ method, url }) => ({ method, path: url.split('?')[0] }),
      },
    },
  })
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(() => createError(404, 'No such route'))

  // #region validation
  // JSON has numbers. A path or a query is text, so only there they are parsed.
  const rules = { allErrors: true, useDefaults: true }
  const json = new Ajv(rules)
  const text = new Ajv({ ...rules, coerceTypes: true })
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? json : text).compile(schema),
  )
  // Reports every error at once, each at its JSON pointer (RFC 6901).
  app.setSchemaErrorFormatter((issues) => {
    const errors = issues.map(({ instancePath, params, message }) => {
      const name = params.missingProperty ?? params.additionalProperty
      if (name === undefined) return { pointer: instancePath, detail: message }
      const token = String(name).replaceAll('~', '~0').replaceAll('/', '~1')
      return { pointer: `${instancePath}/${token}`, detail: message }
    })
    return createError(422, 'The input is invalid', { errors })
  })
  // #endregion

  // #region openapi
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Orders', version: '1.0.0' } },
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  // #endregion

  await app.register(routes, services)
  return app
}
