import { STATUS_CODES } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler } from 'express'
import createError from 'http-errors'
import type { z } from 'zod'
import { ListQuery, NewOrder, openapi, Order, OrderList } from './openapi.ts'
import { createStore } from './orders.ts'

/** Asks another service what it charges for an order, in cents. */
export type Ask = (service: string, orderId: string) => Promise<number>

// #region validation
/** What came in, as its model; otherwise a 422 with every fault at once. */
function parse<T>(model: z.ZodType<T>, input: unknown): T {
  const result = model.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => fault([...issue.path, key], 'Unknown property'))
      : fault(issue.path, issue.message),
  )
  throw createError(422, 'The input is not valid', { errors })
}

/** What is wrong, and where: a JSON pointer (RFC 6901). */
function fault(path: PropertyKey[], detail: string) {
  const tokens = path.map((key) =>
    String(key).replaceAll('~', '~0').replaceAll('/', '~1'),
  )
  return { pointer: ['', ...tokens].join('/'), detail }
}
// #endregion

// #region errors
/** Answers with problem details (RFC 9457); only the log explains a 5xx. */
const sendProblem: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  const { status, expose, message, errors } = createError(error)
  if (!expose) console.error(error)
  const detail = expose ? message : undefined
  res.status(status).type('application/problem+json')
  res.json({ title: STATUS_CODES[status], status, detail, errors })
}
// #endregion

/** Builds the service; `ask` is how it reaches the services it depends on. */
export function createApp(ask: Ask) {
  const store = createStore()
  const app = express().disable('x-powered-by')

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
    const calls = [ask('price', order.id), ask('shipping', order.id)]
    const [priceCents, shippingCents] = await Promise.all(calls)
    const totalCents = priceCents + shippingCents
    res.json({ orderId: order.id, priceCents, shippingCents, totalCents })
  })
  // #endregion
  // #endregion

  app.get('/openapi.json', (_req, res) => res.json(openapi))
  // In place of Swagger UI's own file of this name, which shows a demo API.
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
