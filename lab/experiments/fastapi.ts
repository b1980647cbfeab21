import { order, post, reportAndHealth, type Experiment } from './experiment.ts'

/** Default behavior of FastAPI, shown by small programs and by the example with some lines changed. */
export const experiments: readonly Experiment[] = [
  {
    id: 'smallest',
    program: 'fastapi/smallest.py',
    requests: [
      post('/hello', '{"name": "Ada"}'),
      post('/hello', '{"name": "Ada", "times": "2", "admin": true}'),
      post('/hello', '{"name": 42, "times": "twice"}'),
      post('/hello', 'Ada', 'text/plain'),
    ],
  },
  { id: 'blocked', program: 'fastapi/blocked.py', requests: reportAndHealth, together: true },
  {
    // FastAPI runs a plain function in a thread.
    id: 'threaded',
    program: 'fastapi/blocked.py',
    edits: [{ file: 'blocked.py', from: 'async def get_report():', to: 'def get_report():' }],
    requests: reportAndHealth,
    together: true,
  },
  {
    // Without the model's configuration, Pydantic has its defaults.
    id: 'default-validation',
    edits: [
      {
        file: 'models.py',
        from: 'strict=True, extra="forbid", alias_generator=to_camel',
        to: 'alias_generator=to_camel',
      },
    ],
    requests: [
      post(
        '/orders',
        '{"customerId": "c-1", "items": [{"sku": "TEA-01", "quantity": "2"}], "admin": true}',
      ),
      post('/orders', '{"customerId": 7, "items": [{"sku": "no", "quantity": true}]}'),
    ],
  },
  {
    id: 'default-errors',
    edits: [
      {
        file: 'app.py',
        from: `app = FastAPIOffline(
    title="Orders", version="1.0.0", exception_handlers=problem.handlers
)`,
        to: 'app = FastAPIOffline(title="Orders", version="1.0.0")',
      },
    ],
    requests: [
      post('/orders', '{"items": [{"sku": "no", "quantity": 0}]}'),
      post('/orders', '{'),
      { method: 'GET', path: '/orders/none' },
    ],
  },
  {
    id: 'leak',
    edits: [
      {
        file: 'app.py',
        from: 'async def create_order(new: NewOrder, response: Response) -> Order:',
        to: 'async def create_order(new: NewOrder, response: Response):',
      },
    ],
    requests: [order],
  },
  {
    id: 'features',
    program: 'fastapi/features.py',
    requests: [
      { method: 'POST', path: '/orders/1' },
      { method: 'GET', path: '/export' },
      { method: 'GET', path: '/me' },
      { method: 'GET', path: '/me', headers: { authorization: 'Bearer abc' } },
    ],
  },
]
