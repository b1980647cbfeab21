import type { Experiment } from './experiment.ts'

const json = { 'content-type': 'application/json' }

/** What Express answers when it is left to itself, asked of the smallest program and of the example with a line taken out. */
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
    requests: [
      {
        method: 'POST',
        path: '/orders',
        headers: json,
        body: '{"customerId": "c-1", "items": [{"sku": "TEA-01", "quantity": 2}]}',
      },
    ],
  },
]
