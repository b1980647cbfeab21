import type { Mutant } from './mutate.ts'

/** Mutants that change the same file. */
function inFile(file: string, ...mutants: readonly Omit<Mutant, 'file'>[]): Mutant[] {
  return mutants.map((mutant) => ({ file, ...mutant }))
}

const logCheck = 'each request is logged in one line on standard output, without a URL in it'
const levelCheck =
  'an empty LOG_LEVEL means the default, and an unknown one is an error that names the valid levels'

const models = inFile(
  'src/models.ts',
  {
    fault: 'a customerId is trimmed',
    from: 'customerId: z.string()',
    to: 'customerId: z.string().trim()',
    fails: ['text is stored and returned unchanged: spaces, quotes, markup, accents, line breaks'],
  },
  {
    fault: 'a customerId is measured in UTF-16 code units',
    from: 'customerId: z.string().min(1).max(64)',
    to: 'customerId: z.string().min(1).refine((text) => text.length <= 64)',
    fails: ['a customerId has 1 to 64 characters, counted in code points: 64 emoji pass'],
  },
  {
    fault: 'any value is converted to a customerId',
    from: 'customerId: z.string()',
    to: 'customerId: z.coerce.string()',
    fails: [
      'no other type is converted to text: 1, true, null and ["a"] are neither customerId, sku nor note',
    ],
  },
  {
    fault: 'an order may have no items',
    from: 'z.array(Item).min(1)',
    to: 'z.array(Item).min(0)',
    fails: ['an order has 1 to 50 items'],
  },
  {
    fault: 'a single item is converted to a list',
    from: 'z.array(Item).min(1).max(50)',
    to: 'z.preprocess((value) => [value].flat(), z.array(Item).min(1).max(50))',
    fails: ['no other type is converted to a list or an object: items must be a list of objects'],
  },
  {
    fault: 'a sku may end in any way',
    from: '{3,20}$/',
    to: '{3,20}/',
    fails: ['a sku is 3 to 20 characters, each of them A-Z, 0-9 or a hyphen'],
  },
  {
    fault: 'a quantity may be 101',
    from: 'quantity: z.int().min(1).max(100)',
    to: 'quantity: z.int().min(1).max(101)',
    fails: ['a quantity is an integer from 1 to 100'],
  },
  {
    fault: 'any value is converted to a quantity',
    from: 'quantity: z.int()',
    to: 'quantity: z.coerce.number().int()',
    fails: [
      'a quantity sent as text is rejected: "2" is not 2',
      'no other type is converted to a number: true, null and [2] are no quantities',
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
      'an unknown property is rejected at its own pointer',
      'an order that sets id, createdAt or riskScore is rejected',
    ],
  },
  {
    fault: '10 orders are listed by default',
    from: 'default(20)',
    to: 'default(10)',
    fails: [
      'GET /orders returns 20 orders by default',
      'the documented limit matches the service: an integer from 1 to 100, 20 by default',
    ],
  },
  {
    fault: 'at most 99 orders are listed',
    from: 'max(100).default',
    to: 'max(99).default',
    fails: ['GET /orders?limit= accepts 1 to 100 and returns at most that many orders'],
  },
  {
    fault: 'a limit may be 1.5',
    from: 'z.coerce.number().int()',
    to: 'z.coerce.number()',
    fails: ['a limit of 0, 101, -1, 1.5 or "many" is answered with 422 at /limit'],
  },
)

const document = inFile(
  'src/openapi.ts',
  {
    fault: 'the document says OpenAPI 3.0',
    from: "openapi: '3.1.0'",
    to: "openapi: '3.0.3'",
    fails: ['GET /openapi.json returns a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'a schema of the document uses a keyword of OpenAPI 3.0',
    from: 'Location: z.string()',
    to: 'Location: z.string().meta({ nullable: true })',
    fails: ['GET /openapi.json returns a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'a reference of the document has no target',
    from: "404: problem('No such order')",
    to: "404: { $ref: '#/components/responses/NotFound' }",
    fails: ['GET /openapi.json returns a valid OpenAPI 3.1 document'],
  },
  {
    fault: 'the Location of a new order is not documented',
    from: 'headers: z.object({ Location: z.string() }),',
    to: '',
    fails: [
      'the document describes every route, its parameters, its body and the Location of a new order',
    ],
  },
  {
    fault: 'another model is documented for a new order',
    from: "json('What to order', NewOrder)",
    to: "json('What to order', Order)",
    fails: [
      'the documented order is as strict as the service: every order sent so far fits it or was rejected',
    ],
  },
  {
    fault: 'the limit is documented without its bounds',
    from: 'query: ListQuery',
    to: 'query: z.object({ limit: z.int().default(20) })',
    fails: ['the documented limit matches the service: an integer from 1 to 100, 20 by default'],
  },
  {
    fault: 'an error status is not documented',
    from: "413: problem('Over 64 KiB'),",
    to: '',
    fails: ['every response so far is documented: its status, its media type and its body'],
  },
  {
    fault: 'error statuses are documented as a range',
    from: "413: problem('Over 64 KiB'),",
    to: "413: problem('Over 64 KiB'), '4XX': problem('Anything else'),",
    fails: ['each operation names its statuses one by one, without a range or a default'],
  },
  {
    fault: 'a documented response is never sent',
    from: "413: problem('Over 64 KiB'),",
    to: "413: problem('Over 64 KiB'), 409: problem('Conflict'),",
    fails: ['every documented response was produced by one of these checks'],
  },
)

const app = inFile(
  'src/app.ts',
  {
    fault: 'the health has another status',
    from: "{ status: 'ok' }",
    to: "{ status: 'up' }",
    fails: ['GET /health answers 200 {"status":"ok"}'],
  },
  {
    fault: 'Location leads to another path',
    from: 'location(`/orders/${order.id}`)',
    to: 'location(`/order/${order.id}`)',
    fails: ['POST /orders answers 201 with the whole order, and Location leads to it'],
  },
  {
    fault: 'an order without a note gets a null',
    from: ".json(Order.parse(order))\n  })\n\n  app.get('/orders'",
    to: ".json({ note: null, ...Order.parse(order) })\n  })\n\n  app.get('/orders'",
    fails: ['an order without a note has no note, not even null'],
  },
  {
    fault: 'the riskScore of the store is sent',
    from: 'location(`/orders/${order.id}`).json(Order.parse(order))',
    to: 'location(`/orders/${order.id}`).json(order)',
    fails: ['no undeclared field is sent: the riskScore stays in the store'],
  },
  {
    fault: 'errors are reported at the parent',
    from: 'describeError(issue.path, issue.message)',
    to: 'describeError(issue.path.slice(0, -1), issue.message)',
    fails: ['a missing property is reported at its own pointer: /items, not the order around it'],
  },
  {
    fault: 'unknown properties are reported at the parent',
    from: 'describeError([...issue.path, key],',
    to: 'describeError(issue.path,',
    fails: ['an unknown property is rejected at its own pointer'],
  },
  {
    fault: 'only the first error is reported',
    from: 'result.error.issues.flatMap',
    to: 'result.error.issues.slice(0, 1).flatMap',
    fails: ['a 422 lists every error of an order: nine at once'],
  },
  {
    fault: 'an order is stored before it is checked',
    from: 'const order = store.add(parse(NewOrder, req.body))',
    to: 'const order = store.add(req.body); parse(NewOrder, req.body)',
    fails: ['an order that is rejected is not stored'],
  },
  {
    fault: 'null and numbers count as malformed JSON',
    from: 'strict: false',
    to: 'strict: true',
    fails: ["a body that is null, a number, text, true or a list is rejected at the pointer ''"],
  },
  {
    fault: 'malformed JSON is answered with 422',
    from: 'res.status(status).type(',
    to: 'res.status(status === 400 ? 422 : status).type(',
    fails: ['malformed JSON is answered with 400'],
  },
  {
    fault: 'an empty body is answered with 204',
    from: "app.post('/orders', json, (req, res) => {",
    to: "app.post('/orders', json, (req, res) => { if (req.get('content-length') === '0') return void res.status(204).end()",
    fails: ['an empty body is answered with 400 or 422'],
  },
  {
    fault: 'a body of 64 KiB is too large',
    from: "limit: '64kb'",
    to: "limit: '63kb'",
    fails: ['an order of exactly 64 KiB is accepted'],
  },
  {
    fault: 'a body of 65 KiB is not too large',
    from: "limit: '64kb'",
    to: "limit: '65kb'",
    fails: [
      'a body of 64 KiB and one byte is answered with a 4xx',
      'a compressed body that expands to more than 64 KiB is answered with a 4xx',
    ],
  },
  {
    fault: 'a media type with a charset is unknown',
    from: 'strict: false',
    to: "strict: false, type: (req) => req.headers['content-type'] === 'application/json'",
    fails: ['application/json with a charset of UTF-8 is accepted'],
  },
  {
    fault: 'every media type is read as JSON',
    from: 'strict: false',
    to: 'strict: false, type: () => true',
    fails: [
      'an order sent as text/plain, as a form, as XML or without a media type is answered with a 4xx',
    ],
  },
  {
    fault: 'an unknown charset is answered with 500',
    from: 'res.status(status).type(',
    to: 'res.status(status === 415 ? 500 : status).type(',
    fails: ['an unknown charset or content encoding is ignored or answered with a 4xx'],
  },
  {
    fault: 'an order has another time at every call',
    from: 'res.json(Order.parse(order))',
    to: 'res.json({ ...Order.parse(order), createdAt: new Date().toISOString() })',
    fails: ['GET /orders/{id} returns the order unchanged at every call'],
  },
  {
    fault: 'an ID that is not a UUID is answered with 422',
    from: "app.get('/orders/:id', (req, res) => {",
    to: "app.get('/orders/:id', (req, res) => { parse(Order.shape.id, req.params.id)",
    fails: ['an ID that is not a UUID is answered with 404, not 400 or 422'],
  },
  {
    fault: 'the total does not include shipping',
    from: 'priceCents + shippingCents',
    to: 'priceCents',
    fails: ['GET /orders/{id}/quote returns price, shipping and their total in whole cents'],
  },
  {
    fault: 'concurrent quotes share their order',
    from: 'orderId: order.id,',
    to: "orderId: (app.locals['id'] ??= order.id),",
    fails: ['20 concurrent quotes are each answered for their own order'],
  },
  {
    fault: 'Express answers an unknown path',
    from: "app.use((_req, _res, next) => next(createError(404, 'No such route')))",
    to: '',
    fails: ['an unknown path is answered with 404'],
  },
  {
    fault: 'an ID that cannot be decoded is answered with 500',
    from: '|| error instanceof URIError',
    to: '',
    fails: ['an ID that is too long or cannot be decoded is answered with a 4xx problem'],
  },
  {
    fault: 'a browser gets the error page of Express',
    from: 'if (res.headersSent)',
    to: "if (_req.accepts('json', 'html') === 'html')",
    fails: ['an error is a problem document even when the client asks for HTML'],
  },
  {
    fault: 'an error contains its stack trace',
    from: 'expose ? message : undefined',
    to: 'error.stack',
    fails: ['no answer was a 5xx, and no error was HTML or held a stack trace'],
  },
  {
    fault: 'the documentation loads a script from another origin',
    from: 'const swaggerUi =',
    to: "app.get('/docs', (_req, res) => { res.send('<script src=\"https://cdn.invalid/ui.js\"></script>') }); const swaggerUi =",
    fails: [
      'GET /docs is an HTML page that loads its scripts, styles and pictures from the service itself',
    ],
  },
  {
    fault: 'a request is logged twice',
    from: 'app.use(pinoHttp({ ...logOptions, ...log }))',
    to: 'app.use(pinoHttp({ ...logOptions, ...log })).use(pinoHttp({ ...logOptions, ...log }))',
    fails: [logCheck],
  },
  {
    fault: 'the log contains the query of a request',
    from: "path: url.split('?')[0]",
    to: 'path: url',
    fails: [logCheck],
  },
  {
    fault: 'the documentation shows another API',
    from: "url: '../openapi.json'",
    to: "url: 'https://petstore.swagger.io/v2/swagger.json'",
    fails: ['GET /docs shows /openapi.json'],
  },
)

const store = inFile(
  'src/orders.ts',
  {
    fault: 'an ID is a UUID in upper case',
    from: 'randomUUID()',
    to: 'randomUUID().toUpperCase()',
    fails: ['a new order gets its own UUID and its creation time in UTC (RFC 3339)'],
  },
  {
    fault: 'createdAt is not the creation time',
    from: 'new Date()',
    to: 'new Date(0)',
    fails: ['a new order gets its own UUID and its creation time in UTC (RFC 3339)'],
  },
  {
    fault: 'every ID finds an order',
    from: 'byId.get(id),',
    to: "byId.get(id) ?? { id: randomUUID(), customerId: 'c', items: [{ sku: 'ABC', quantity: 1 }], createdAt: '2026-01-01T00:00:00Z', riskScore: 0 },",
    fails: [
      'an unknown order is answered with 404',
      'the quote of an unknown order is answered with 404',
    ],
  },
  {
    fault: 'the oldest order comes first',
    from: '.reverse()',
    to: '',
    fails: ['GET /orders lists the newest order first'],
  },
  {
    fault: 'the store keeps 10,001 orders',
    from: '> 10_000',
    to: '> 10_001',
    fails: ['the newest 10,000 orders are kept, and the one before them is dropped'],
  },
)

const main = inFile(
  'src/main.ts',
  {
    fault: 'a silent connection keeps the process alive',
    from: 'setTimeout(() => server.closeAllConnections(), 3000).unref()',
    to: '',
    fails: [
      'the service exits 0 within 5 s of SIGTERM while connections are idle, silent or stuck half-way',
    ],
  },
  {
    fault: 'the service listens on all addresses',
    from: "process.env.HOST || '127.0.0.1'",
    to: "process.env.HOST || '0.0.0.0'",
    fails: ['prints one line with its address when it is ready, and listens on 127.0.0.1 only'],
  },
  {
    fault: 'a second line has a URL',
    from: '${address.port}`)',
    to: '${address.port}\\nDocs: http://${urlHost}:${address.port}/docs`)',
    fails: ['prints one line with its address when it is ready, and listens on 127.0.0.1 only'],
  },
  {
    fault: 'LOG_LEVEL is ignored',
    from: '{ level })',
    to: "{ level: 'info' })",
    fails: ['LOG_LEVEL=silent leaves the address as the only line on standard output'],
  },
  {
    fault: 'an empty LOG_LEVEL is unknown',
    from: 'LOG_LEVEL || ',
    to: 'LOG_LEVEL ?? ',
    fails: [levelCheck],
  },
  {
    fault: 'the error of an unknown LOG_LEVEL does not name the levels',
    from: ' Use one of: ${levels}.',
    to: '',
    fails: [levelCheck],
  },
  {
    fault: 'HOST is ignored',
    from: 'listen(Number(port), host)',
    to: "listen(Number(port), '127.0.0.1')",
    fails: ['listens on HOST, and exits with an error when HOST is not an address of this machine'],
  },
  {
    fault: 'PORT is ignored',
    from: 'listen(Number(port), host)',
    to: 'listen(0, host)',
    fails: [
      'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    ],
  },
  {
    fault: 'the service exits 0 when it cannot listen',
    from: 'process.exit(1)',
    to: 'process.exit(0)',
    fails: [
      'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    ],
  },
  {
    fault: 'the default port is not 3000',
    from: "PORT || '3000'",
    to: "PORT || '0'",
    fails: ['listens on port 3000 when PORT is not set or empty'],
  },
  {
    fault: 'an empty HOST means every address',
    from: "HOST || '127.0.0.1'",
    to: "HOST ?? '127.0.0.1'",
    fails: ['an empty HOST counts as not set: the program listens on 127.0.0.1 only'],
  },
  {
    fault: 'an empty PORT means any free port',
    from: "PORT || '3000'",
    to: "PORT ?? '3000'",
    fails: ['listens on port 3000 when PORT is not set or empty'],
  },
  {
    fault: 'a PORT in another notation is accepted',
    from: '!/^\\d+$/.test(port)',
    to: 'Number.isNaN(Number(port))',
    fails: ['a PORT that is not a number from 0 to 65535 is an error that names PORT'],
  },
  {
    fault: 'an IPv6 address is printed without brackets',
    from: '`[${host}]`',
    to: 'host',
    fails: ['prints an address that a client can open when HOST is ::1'],
  },
  {
    fault: 'SIGTERM cuts requests in flight',
    from: 'setTimeout(() => server.closeAllConnections(), 3000).unref()',
    to: 'server.closeAllConnections()',
    fails: ['the 20 quotes in flight at SIGTERM are finished'],
  },
  {
    fault: 'the service accepts connections after SIGTERM',
    from: '  server.close()\n',
    to: '  setTimeout(() => process.exit(0), 3500).unref()\n',
    fails: ['new connections are refused after SIGTERM'],
  },
)

/** The slowest mutants come first, so that the others run in parallel. */
export const mutants: readonly Mutant[] = [...main, ...store, ...app, ...models, ...document]
