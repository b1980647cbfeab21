import type { Edit, Experiment, SentRequest } from './experiment.ts'

const json = { 'content-type': 'application/json' }

/** An order as it should be. */
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

const stands = "const ask = (service: string) => sleep(20, service === 'price' ? 4200 : 490)"

/** The stand-in for the services behind the quote, telling when it is asked and when it answers. */
const telling: Edit = {
  file: 'src/main.ts',
  from: stands,
  to: `const ask = async (service: string) => {
  console.log(\`asks \${service}\`)
  await sleep(20)
  console.log(\`\${service} answers\`)
  return service === 'price' ? 4200 : 490
}`,
}

/** A request that takes a while to compute, and one that has nothing to do with it. */
const reportAndHealth: readonly SentRequest[] = [
  { method: 'GET', path: '/report' },
  { method: 'GET', path: '/health' },
]

const loop = '  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7\n'

/** The loop of `blocked.js` that waits for something after every millionth round. */
function waitingFor(something: string): Edit[] {
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
 * What Express answers when it is left to itself, asked of the smallest program and of the example with some lines changed;
 * and in which order it does things at once.
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
  { id: 'side-by-side', edits: [telling], requests: orderAndQuote },
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
      telling,
    ],
    requests: orderAndQuote,
  },
  { id: 'blocked', program: 'express/blocked.js', requests: reportAndHealth, together: true },
  {
    // A promise that has resolved already lets only other promises run, not what waits on a socket.
    id: 'awaiting-nothing',
    program: 'express/blocked.js',
    edits: waitingFor('null'),
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
      ...waitingFor('setImmediate()'),
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
        from: stands,
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
