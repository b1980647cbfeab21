import type { Edit, Experiment, SentRequest } from './experiment.ts'

const json = { 'content-type': 'application/json' }

/** A valid order. */
const order: SentRequest = {
  method: 'POST',
  path: '/orders',
  headers: json,
  body: '{"customerId": "c-1", "items": [{"sku": "TEA-01", "quantity": 2}]}',
}

const orderAndQuote: readonly SentRequest[] = [
  { ...order, prepares: true },
  { method: 'GET', path: '/orders/<id>/quote' },
]

const stub = "const ask = (service: string) => sleep(20, service === 'price' ? 4200 : 490)"

/** The stub of the downstream services, with a line of output for each call and each response. */
const printing: Edit = {
  file: 'src/main.ts',
  from: stub,
  to: `const ask = async (service: string) => {
  console.log(\`asks \${service}\`)
  await sleep(20)
  console.log(\`\${service} answers\`)
  return service === 'price' ? 4200 : 490
}`,
}

/** A request that needs much CPU time, and an unrelated one. */
const reportAndHealth: readonly SentRequest[] = [
  { method: 'GET', path: '/report' },
  { method: 'GET', path: '/health' },
]

const loop = '  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7\n'

/** Makes the loop of `blocked.js` wait for something after every million rounds. */
function awaitInLoop(something: string): Edit[] {
  const file = 'blocked.js'
  return [
    {
      file,
      from: "app.get('/report', (req, res) => {",
      to: "app.get('/report', async (req, res) => {",
    },
    {
      file,
      from: loop,
      to: `  for (let n = 1; n <= 200_000_000; n += 1) {
    sum += n % 7
    if (n % 1_000_000 === 0) await ${something}
  }
`,
    },
  ]
}

/**
 * Express's default behavior, in the smallest program and in the example with some lines changed, and the order of its
 * concurrent work.
 */
export const experiments: readonly Experiment[] = [
  {
    id: 'smallest',
    program: 'express/smallest.js',
    requests: [
      { method: 'POST', path: '/hello', headers: json, body: '{"name": "Ada"}' },
      { method: 'POST', path: '/hello', headers: json, body: '{"name": 42, "admin": true}' },
      { method: 'POST', path: '/hello', headers: { 'content-type': 'text/plain' }, body: 'Ada' },
    ],
  },
  {
    id: 'smallest-in-production',
    program: 'express/smallest.js',
    env: { NODE_ENV: 'production' },
    requests: [
      { method: 'POST', path: '/hello', headers: { 'content-type': 'text/plain' }, body: 'Ada' },
    ],
  },
  {
    id: 'leak',
    edits: [
      {
        file: 'src/app.ts',
        from: '.location(`/orders/${order.id}`).json(Order.parse(order))',
        to: '.location(`/orders/${order.id}`).json(order)',
      },
    ],
    requests: [order],
  },
  { id: 'side-by-side', edits: [printing], requests: orderAndQuote },
  {
    id: 'in-turn',
    edits: [
      {
        file: 'src/app.ts',
        from: `    const calls = [ask('price', order.id), ask('shipping', order.id)]
    const [priceCents, shippingCents] = await Promise.all(calls)
`,
        to: `    const priceCents = await ask('price', order.id)
    const shippingCents = await ask('shipping', order.id)
`,
      },
      printing,
    ],
    requests: orderAndQuote,
  },
  { id: 'blocked', program: 'express/blocked.js', requests: reportAndHealth, together: true },
  {
    // Awaiting a resolved promise lets other promises run, but no I/O.
    id: 'awaiting-nothing',
    program: 'express/blocked.js',
    edits: awaitInLoop('null'),
    requests: reportAndHealth,
    together: true,
  },
  {
    id: 'yielding',
    program: 'express/blocked.js',
    edits: [
      {
        file: 'blocked.js',
        from: "import express from 'express'\n",
        to: "import { setImmediate } from 'node:timers/promises'\nimport express from 'express'\n",
      },
      ...awaitInLoop('setImmediate()'),
    ],
    requests: reportAndHealth,
    together: true,
  },
  { id: 'worker', program: 'express/worker.js', requests: reportAndHealth, together: true },
  {
    id: 'hanging',
    edits: [
      {
        file: 'src/main.ts',
        from: stub,
        to: `const ask = (service: string) => {
  const signal = AbortSignal.timeout(200)
  return sleep(60_000, service === 'price' ? 4200 : 490, { signal })
}`,
      },
    ],
    requests: orderAndQuote,
  },
  {
    id: 'unawaited',
    program: 'express/unawaited.js',
    requests: [{ method: 'POST', path: '/orders' }],
    ends: true,
  },
]
