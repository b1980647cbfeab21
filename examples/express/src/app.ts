import { STATUS_CODES } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler } from 'express'
import createError from 'http-errors'
import { pinoHttp, type Options } from 'pino-http'
import type { z } from 'zod'
import { ListQuery, NewOrder, Order, OrderList } from './models.ts'
import { openapi } from './openapi.ts'
import { createStore } from './orders.ts'

/** Calls to other services. Each resolves with a charge in cents. */
export interface Services {
  fetchPrice(orderId: string): Promise<number>
  fetchShipping(orderId: string): Promise<number>
}

// #region validation
/** Parses input with a model. Throws a 422 that lists every error. */
function parse<T>(model: z.ZodType<T>, input: unknown): T {
  const result = model.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) =>
          describeError([...issue.path, key], 'Unknown property'),
        )
      : describeError(issue.path, issue.message),
  )
  throw createError(422, 'The input is invalid', { errors })
}

/** Describes an error at a JSON pointer (RFC 6901). */
function describeError(path: PropertyKey[], detail: string) {
  const tokens = path.map((key) =>
    String(key).replaceAll('~', '~0').replaceAll('/', '~1'),
  )
  return { pointer: ['', ...tokens].join('/'), detail }
}
// #endregion

// #region errors
/** Answers with problem details (RFC 9457). Only the log explains a 5xx. */
const sendProblem: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  // These come from this app, the body parser and the router. A status that any
  // other error carries is not ours to repeat.
  const isOurs = createError.isHttpError(error) || error instanceof URIError
  const problem = isOurs ? createError(error) : createError(500)
  const { status, expose, message, errors } = problem
  if (!expose) res.err = error
  const detail = expose ? message : undefined
  res.status(status).type('application/problem+json')
  res.json({ title: STATUS_CODES[status], status, detail, errors })
}

/** Reports a failed call as a 502, whatever status its error carries. */
function throwBadGateway(cause: unknown): never {
  throw createError(502, { cause })
}
// #endregion

/** Logs each request in one line. Headers and queries may hold secrets. */
const logOptions: Options = {
  customLogLevel: (_req, res) => (res.statusCode < 500 ? 'info' : 'error'),
  serializers: {
    req: ({ method, url }) => ({ method, path: url.split('?')[0] }),
    res: ({ statusCode }) => ({ statusCode }),
  },
}

/** Builds the service. `log` sets the level of its log and where it goes. */
export function createApp(services: Services, log: Options) {
  const store = createStore()
  const app = express().disable('x-powered-by')
  app.use(pinoHttp({ ...logOptions, ...log }))

  // #region routes
  app.get('/health', (_req, res) => res.json({ status: 'ok' }))

  // Not strict: `null` and `1` are JSON too, and invalid rather than malformed.
  const json = express.json({ limit: '64kb', strict: false })
  app.post('/orders', json, (req, res) => {
    const order = store.add(parse(NewOrder, req.body))
    res.status(201).location(`/orders/${order.id}`).json(Order.parse(order))
  })

  app.get('/orders', (req, res) => {
    const { limit } = parse(ListQuery, req.query)
    res.json(OrderList.parse({ orders: store.newest(limit) }))
  })

  app.get('/orders/:id', (req, res) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    res.json(Order.parse(order))
  })

  // #region quote
  app.get('/orders/:id/quote', async (req, res) => {
    const order = store.get(req.params.id)
    if (!order) throw createError(404, 'No such order')
    const [priceCents, shippingCents] = await Promise.all([
      services.fetchPrice(order.id),
      services.fetchShipping(order.id),
    ]).catch(throwBadGateway)
    const totalCents = priceCents + shippingCents
    res.json({ orderId: order.id, priceCents, shippingCents, totalCents })
  })
  // #endregion
  // #endregion

  app.get('/openapi.json', (_req, res) => res.json(openapi))
  // Replaces Swagger UI's own file of this name, which shows a demo API.
  app.get('/docs/swagger-initializer.js', (_req, res) => {
    const options = { url: '../openapi.json', dom_id: '#swagger-ui' }
    res.type('js').send(`SwaggerUIBundle(${JSON.stringify(options)})`)
  })
  const swaggerUi = new URL('.', import.meta.resolve('swagger-ui-dist'))
  app.use('/docs', express.static(fileURLToPath(swaggerUi)))

  app.use((_req, _res, next) => next(createError(404, 'No such route')))
  app.use(sendProblem)
  return app
}
