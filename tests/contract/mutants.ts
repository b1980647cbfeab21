import type { Mutant } from './mutate.ts'

/** Faults in one file. */
function inFile(file: string, ...mutants: readonly Omit<Mutant, 'file'>[]): Mutant[] {
  return mutants.map((mutant) => ({ file, ...mutant }))
}

const models = inFile(
  'src/openapi.ts',
  {
    fault: 'a customerId loses the spaces around it',
    from: 'customerId: z.string()',
    to: 'customerId: z.string().trim()',
    fails: ['gives text back as it came: spaces, quotes, markup, accents, line breaks'],
  },
  {
    fault: 'a customerId is measured in UTF-16 code units',
    from: 'customerId: z.string().min(1).max(64)',
    to: 'customerId: z.string().min(1).refine((text) => text.length <= 64)',
    fails: ['a customerId has 1 to 64 characters, counted in code points: 64 emoji pass'],
  },
  {
    fault: 'anything is turned into a customerId',
    from: 'customerId: z.string()',
    to: 'customerId: z.coerce.string()',
    fails: [
      'turns nothing into text: 1, true, null and ["a"] are neither customerId, sku nor note',
    ],
  },
  {
    fault: 'an order may have no items',
    from: 'z.array(Item).min(1)',
    to: 'z.array(Item).min(0)',
    fails: ['an order has 1 to 50 items'],
  },
  {
    fault: 'one item is turned into a list of it',
    from: 'z.array(Item).min(1).max(50)',
    to: 'z.preprocess((value) => [value].flat(), z.array(Item).min(1).max(50))',
    fails: ['turns nothing into a list: items must be one, and an item an object'],
  },
  {
    fault: 'a sku may go on in any way',
    from: '{3,20}$/',
    to: '{3,20}/',
    fails: ['a sku is 3 to 20 of A-Z, 0-9 and the hyphen, from its first character to its last'],
  },
  {
    fault: 'a quantity may be 101',
    from: 'quantity: z.int().min(1).max(100)',
    to: 'quantity: z.int().min(1).max(101)',
    fails: ['a quantity is a whole number from 1 to 100'],
  },
  {
    fault: 'anything is turned into a quantity',
    from: 'quantity: z.int()',
    to: 'quantity: z.coerce.number().int()',
    fails: [
      'refuses a quantity sent as text: "2" is not 2',
      'turns nothing into a number: true, null and [2] are no quantities',
    ],
  },
  {
    fault: 'a note may have 201 characters',
    from: 'note: z.string().max(200)',
    to: 'note: z.string().max(201)',
    fails: ['a note has at most 200 characters, counted in code points: 200 emoji pass'],
  },
  {
    fault: 'unknown properties are dropped',
    from: 'NewOrder = z.strictObject(',
    to: 'NewOrder = z.object(',
    fails: [
      'refuses a property it does not know, at its own pointer',
      'takes no property that only the service may set: id, createdAt, riskScore',
    ],
  },
  {
    fault: '10 orders are listed by default',
    from: 'default(20)',
    to: 'default(10)',
    fails: [
      'GET /orders gives 20 orders when no limit is asked for',
      'the documented limit is the one of the service: an integer from 1 to 100, 20 by default',
    ],
  },
  {
    fault: 'at most 99 orders are listed',
    from: 'max(100).default',
    to: 'max(99).default',
    fails: ['GET /orders?limit= takes 1 to 100 and gives no more than that'],
  },
  {
    fault: 'a limit may be 1.5',
    from: 'z.coerce.number().int()',
    to: 'z.coerce.number()',
    fails: ['refuses a limit of 0, 101, -1, 1.5 or "many" with 422 at /limit'],
  },
  {
    fault: 'the document says OpenAPI 3.0',
    from: "openapi: '3.1.0'",
    to: "openapi: '3.0.3'",
    fails: ['GET /openapi.json gives a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'a schema of the document uses a keyword of OpenAPI 3.0',
    from: "text = { schema: { type: 'string' } }",
    to: "text = { schema: { type: 'string', nullable: true } }",
    fails: ['GET /openapi.json gives a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'a reference of the document leads nowhere',
    from: "notFound = problem('No such order')",
    to: "notFound = { $ref: '#/components/responses/NotFound' }",
    fails: ['GET /openapi.json gives a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'the Location of a new order is not documented',
    from: 'headers: { Location: text }',
    to: 'headers: {}',
    fails: [
      'the document describes every route, its parameters, its body and the Location of a new order',
    ],
  },
  {
    fault: 'another model is documented for a new order',
    from: "body('What to order', 'NewOrder')",
    to: "body('What to order', 'Order')",
    fails: [
      'the documented order is as strict as the service: every order sent so far fits it or was refused',
    ],
  },
  {
    fault: 'the limit is documented without its bounds',
    from: "schema: ref('Limit')",
    to: "schema: { type: 'integer', default: 20 }",
    fails: [
      'the documented limit is the one of the service: an integer from 1 to 100, 20 by default',
    ],
  },
  {
    fault: 'a refusal is not documented',
    from: "413: problem('Over 64 KiB'),",
    to: '',
    fails: ['every response so far is documented: its status, its media type and what is in it'],
  },
  {
    fault: 'a response is documented that never comes',
    from: "413: problem('Over 64 KiB'),",
    to: "413: problem('Over 64 KiB'), 409: problem('Conflict'),",
    fails: ['every documented response was produced: nothing is promised that does not happen'],
  },
)

const app = inFile(
  'src/app.ts',
  {
    fault: 'another health is reported',
    from: "{ status: 'ok' }",
    to: "{ status: 'up' }",
    fails: ['GET /health answers 200 {"status":"ok"}'],
  },
  {
    fault: 'Location leads elsewhere',
    from: 'location(`/orders/${order.id}`)',
    to: 'location(`/order/${order.id}`)',
    fails: ['POST /orders answers 201 with the whole order, and Location leads to it'],
  },
  {
    fault: 'an order without a note is given a null',
    from: ".json(Order.parse(order))\n  })\n\n  app.get('/orders'",
    to: ".json({ note: null, ...Order.parse(order) })\n  })\n\n  app.get('/orders'",
    fails: ['an order without a note has no note, not even null'],
  },
  {
    fault: 'the riskScore of the store is shown',
    from: 'location(`/orders/${order.id}`).json(Order.parse(order))',
    to: 'location(`/orders/${order.id}`).json(order)',
    fails: ['shows no field that is not declared: the riskScore of the store stays there'],
  },
  {
    fault: 'faults are reported at the part around them',
    from: 'fault(issue.path, issue.message)',
    to: 'fault(issue.path.slice(0, -1), issue.message)',
    fails: ['names a missing property at its own pointer: /items, not the order around it'],
  },
  {
    fault: 'unknown properties are reported at the part around them',
    from: 'fault([...issue.path, key],',
    to: 'fault(issue.path,',
    fails: ['refuses a property it does not know, at its own pointer'],
  },
  {
    fault: 'only the first fault is reported',
    from: 'result.error.issues.flatMap',
    to: 'result.error.issues.slice(0, 1).flatMap',
    fails: ['names every fault at once: nine in one order'],
  },
  {
    fault: 'an order is stored before it is looked at',
    from: 'const order = store.add(parse(NewOrder, req.body))',
    to: 'const order = store.add(req.body); parse(NewOrder, req.body)',
    fails: ['stores nothing of what it refuses'],
  },
  {
    fault: 'null and numbers are taken for malformed JSON',
    from: 'strict: false',
    to: 'strict: true',
    fails: [
      "points at the whole body, pointer '', when it is null, a number, text, true or a list",
    ],
  },
  {
    fault: 'malformed JSON is answered with 422',
    from: 'res.status(status).type(',
    to: 'res.status(status === 400 ? 422 : status).type(',
    fails: ['answers malformed JSON with 400'],
  },
  {
    fault: 'an empty body is answered with 204',
    from: "app.post('/orders', json, (req, res) => {",
    to: "app.post('/orders', json, (req, res) => { if (req.get('content-length') === '0') return void res.status(204).end()",
    fails: ['refuses an empty body with 400 or 422'],
  },
  {
    fault: 'a body of 64 KiB is too large',
    from: "limit: '64kb'",
    to: "limit: '63kb'",
    fails: ['takes an order of exactly 64 KiB'],
  },
  {
    fault: 'a body of 65 KiB is not too large',
    from: "limit: '64kb'",
    to: "limit: '65kb'",
    fails: [
      'refuses a body of 64 KiB and one byte with a 4xx',
      'refuses a compressed body that unpacks to more than 64 KiB: a few bytes may not cost megabytes',
    ],
  },
  {
    fault: 'a media type with a charset is not known',
    from: 'strict: false',
    to: "strict: false, type: (req) => req.headers['content-type'] === 'application/json'",
    fails: ['takes application/json with a charset of UTF-8 as well'],
  },
  {
    fault: 'every media type is read as JSON',
    from: 'strict: false',
    to: 'strict: false, type: () => true',
    fails: ['refuses an order sent as text/plain, as a form, as XML or without a media type'],
  },
  {
    fault: 'an unknown charset counts as a failure of the service',
    from: 'res.status(status).type(',
    to: 'res.status(status === 415 ? 500 : status).type(',
    fails: ['takes an order with an unknown charset or content encoding as it is, or refuses it'],
  },
  {
    fault: 'an order is given another time at every call',
    from: 'res.json(Order.parse(order))',
    to: 'res.json({ ...Order.parse(order), createdAt: new Date().toISOString() })',
    fails: ['GET /orders/{id} gives the order as it was created, at every call'],
  },
  {
    fault: 'an id that is no UUID is refused with 422',
    from: "app.get('/orders/:id', (req, res) => {",
    to: "app.get('/orders/:id', (req, res) => { parse(Order.shape.id, req.params.id)",
    fails: ['answers 404, not 400 or 422, for an id that is no UUID'],
  },
  {
    fault: 'shipping is not in the total',
    from: 'priceCents + shippingCents',
    to: 'priceCents',
    fails: ['GET /orders/{id}/quote gives price, shipping and their total in whole cents'],
  },
  {
    fault: 'quotes that are under way share their order',
    from: 'orderId: order.id,',
    to: "orderId: (app.locals['id'] ??= order.id),",
    fails: ['answers 20 quotes asked for at once, each for its own order'],
  },
  {
    fault: 'a route that is not there is left to Express',
    from: "app.use((_req, _res, next) => next(createError(404, 'No such route')))",
    to: '',
    fails: ['answers 404 for a route that is not there'],
  },
  {
    fault: 'a browser is shown the error page of Express',
    from: 'if (res.headersSent)',
    to: "if (_req.accepts('json', 'html') === 'html')",
    fails: ['answers with a problem, not with HTML, also to a browser that asks for HTML'],
  },
  {
    fault: 'errors show their stack trace',
    from: 'expose ? message : undefined',
    to: 'error.stack',
    fails: ['never failed with a 5xx, and no error was HTML or held a stack trace'],
  },
  {
    fault: 'the documentation is loaded from elsewhere',
    from: 'const swaggerUi =',
    to: "app.get('/docs', (_req, res) => { res.send('<script src=\"https://cdn.invalid/ui.js\"></script>') }); const swaggerUi =",
    fails: [
      'GET /docs is an HTML page whose scripts, styles and pictures all come from the service itself',
    ],
  },
  {
    fault: 'the documentation shows another API',
    from: "url: '../openapi.json'",
    to: "url: 'https://petstore.swagger.io/v2/swagger.json'",
    fails: ['GET /docs shows this very /openapi.json'],
  },
)

const store = inFile(
  'src/orders.ts',
  {
    fault: 'an id is a UUID in capitals',
    from: 'randomUUID()',
    to: 'randomUUID().toUpperCase()',
    fails: ['an order gets a UUID of its own and the time of its creation: RFC 3339, in UTC'],
  },
  {
    fault: 'createdAt is no time of creation',
    from: 'new Date()',
    to: 'new Date(0)',
    fails: ['an order gets a UUID of its own and the time of its creation: RFC 3339, in UTC'],
  },
  {
    fault: 'some order is found for every id',
    from: 'byId.get(id),',
    to: "byId.get(id) ?? { id: randomUUID(), customerId: 'c', items: [{ sku: 'ABC', quantity: 1 }], createdAt: '2026-01-01T00:00:00Z', riskScore: 0 },",
    fails: [
      'answers 404 for an order that is not there',
      'answers 404 for the quote of an order that is not there',
    ],
  },
  {
    fault: 'the oldest order comes first',
    from: '.reverse()',
    to: '',
    fails: ['GET /orders lists the newest order first'],
  },
  {
    fault: 'one order too many is kept',
    from: '> 10_000',
    to: '> 10_001',
    fails: ['keeps the newest 10,000 orders: the one before them is gone'],
  },
)

const main = inFile(
  'src/main.ts',
  {
    fault: 'a connection that says nothing keeps it alive',
    from: 'setTimeout(() => server.closeAllConnections(), 3000).unref()',
    to: '',
    fails: ['exits 0 within 5 s of SIGTERM, while connections idle, say nothing or stop half-way'],
  },
  {
    fault: 'it listens on all addresses',
    from: "HOST = '127.0.0.1'",
    to: "HOST = '0.0.0.0'",
    fails: ['prints one line with its address when it is ready, and listens on 127.0.0.1 only'],
  },
  {
    fault: 'HOST is not looked at',
    from: 'listen(Number(PORT), HOST)',
    to: "listen(Number(PORT), '127.0.0.1')",
    fails: ['listens on HOST, and exits with an error when HOST is not an address of this machine'],
  },
  {
    fault: 'PORT is not looked at',
    from: 'listen(Number(PORT), HOST)',
    to: 'listen(0, HOST)',
    fails: [
      'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    ],
  },
  {
    fault: 'a failed start counts as a success',
    from: 'process.exit(1)',
    to: 'process.exit(0)',
    fails: [
      'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    ],
  },
  {
    fault: 'the default port is another',
    from: "PORT = '3000'",
    to: "PORT = '0'",
    fails: ['listens on port 3000 when PORT is not set'],
  },
  {
    fault: 'SIGTERM cuts what is in flight',
    from: 'setTimeout(() => server.closeAllConnections(), 3000).unref()',
    to: 'server.closeAllConnections()',
    fails: ['finishes the 20 quotes in flight when it gets SIGTERM'],
  },
  {
    fault: 'it takes new connections after SIGTERM',
    from: '  server.close()\n',
    to: '  setTimeout(() => process.exit(0), 3500).unref()\n',
    fails: ['refuses new connections after SIGTERM'],
  },
)

/** Those that take longest come first, so that the others run beside them. */
export const mutants: readonly Mutant[] = [...main, ...store, ...app, ...models]
