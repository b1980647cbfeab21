import { order, post, reportAndHealth, type Experiment } from './experiment.ts'

/** Default behavior of Fastify, shown by small programs and by the example with some lines removed. */
export const experiments: readonly Experiment[] = [
  {
    id: 'smallest',
    program: 'fastify/smallest.js',
    requests: [
      post('/hello', '{"name": "Ada"}'),
      post('/hello', '{"name": 42, "admin": true}'),
      post('/hello', 'Ada', 'text/plain'),
    ],
  },
  {
    id: 'schema',
    program: 'fastify/schema.js',
    requests: [
      post('/hello', '{"name": "Ada", "times": 2}'),
      post('/hello', '{"name": 42, "times": "2", "admin": true}'),
      post('/hello', '{"name": null, "times": true}'),
      post('/hello', '{"times": "twice"}'),
      post('/hello', 'Ada', 'text/plain'),
    ],
  },
  {
    // Without the validators of the example, Ajv runs with the options that Fastify sets.
    id: 'default-validation',
    edits: [
      {
        file: 'src/app.ts',
        from: `  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? json : text).compile(schema),
  )
`,
        to: '',
      },
    ],
    requests: [
      post(
        '/orders',
        '{"customerId": 7, "items": [{"sku": "TEA-01", "quantity": "2"}], "note": null, "admin": true}',
      ),
      post('/orders', '{"items": [{"sku": "no", "quantity": 0}]}'),
    ],
  },
  {
    id: 'leak',
    edits: [
      {
        file: 'src/app.ts',
        from: `    response: {
      201: Created,
      400: problem,
      413: problem,
      415: problem,
      422: problem,
    },
`,
        to: '',
      },
    ],
    requests: [order],
  },
  {
    id: 'features',
    program: 'fastify/features.js',
    requests: [
      { method: 'POST', path: '/orders/1' },
      { method: 'GET', path: '/export' },
    ],
  },
  { id: 'blocked', program: 'fastify/blocked.js', requests: reportAndHealth, together: true },
]
