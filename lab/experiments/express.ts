import { order, post, reportAndHealth } from './experiment.ts'
import type { Edit, Experiment, SentRequest } from './experiment.ts'

const orderAndQuote: readonly SentRequest[] = [
  { ...order, prepares: true },
  { method: 'GET', path: '/orders/<id>/quote' },
]

/** The stand-ins for the services behind the quote, as the example has them. */
const standIns = `const fetchPrice = () => sleep(20, 4200)
const fetchShipping = () => sleep(20, 490)`

/** Makes the stand-ins print when they are called and when they answer. */
const printCalls: Edit = {
  file: 'src/main.ts',
  from: standIns,
  to: `const answer = async (service: string, cents: number) => {
  console.log(\`asks \${service}\`)
  await sleep(20)
  console.log(\`\${service} answers\`)
  return cents
}
const fetchPrice = () => answer('price', 4200)
const fetchShipping = () => answer('shipping', 490)`,
}

const loop = '  for (let n = 1; n <= 200_000_000; n += 1) sum += n % 7\n'

/** Makes the loop of `blocked.js` await an expression after every millionth round. */
function awaitInLoop(expression: string): Edit[] {
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
    if (n % 1_000_000 === 0) await ${expression}
  }
`,
    },
  ]
}

/** Default behavior of Express, shown by small programs and by the example with some lines changed. */
export const experiments: readonly Experiment[] = [
  {
    id: 'smallest',
    program: 'express/smallest.js',
    requests: [
      post('/hello', '{"name": "Ada"}'),
      post('/hello', '{"name": 42, "admin": true}'),
      post('/hello', 'Ada', 'text/plain'),
    ],
  },
  {
    id: 'smallest-in-production',
    program: 'express/smallest.js',
    env: { NODE_ENV: 'production' },
    requests: [post('/hello', 'Ada', 'text/plain')],
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
  { id: 'side-by-side', edits: [printCalls], requests: orderAndQuote },
  {
    id: 'in-turn',
    edits: [
      {
        file: 'src/app.ts',
        from: `    const [priceCents, shippingCents] = await Promise.all([
      services.fetchPrice(order.id),
      services.fetchShipping(order.id),
    ]).catch(throwBadGateway)
`,
        to: `    const priceCents = await services.fetchPrice(order.id)
    const shippingCents = await services.fetchShipping(order.id)
`,
      },
      printCalls,
    ],
    requests: orderAndQuote,
  },
  { id: 'blocked', program: 'express/blocked.js', requests: reportAndHealth, together: true },
  {
    // Awaiting a resolved promise lets only other promises run, not callbacks of a socket.
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
        from: standIns,
        to: `const hang = (cents: number) => {
  const signal = AbortSignal.timeout(200)
  return sleep(60_000, cents, { signal })
}
const fetchPrice = () => hang(4200)
const fetchShipping = () => hang(490)`,
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
