/** fast-check arbitraries for requests that no client should send. */
import { METHODS } from 'node:http'
import fc from 'fast-check'

export interface HostileRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** JSON values of all kinds, including numbers and text that are hard to handle. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    0,
    -1,
    2 ** 53,
    1e308,
    5e-324,
    '',
    '\0',
    '📦',
    '🏳️‍🌈'.repeat(20),
    [],
    {},
    null,
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
)

const item = fc.record(
  {
    sku: fc.oneof({ weight: 4, arbitrary: fc.stringMatching(/^[A-Z0-9-]{3,20}$/) }, anything),
    quantity: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -1, max: 102 }) }, anything),
  },
  { requiredKeys: [] },
)

/** Orders, most of them with an error or two. */
export const nearlyAnOrder = fc
  .tuple(
    fc.record(
      {
        customerId: fc.oneof(
          { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 70 }) },
          anything,
        ),
        items: fc.oneof(
          { weight: 4, arbitrary: fc.array(item, { maxLength: 55 }) },
          { weight: 4, arbitrary: fc.constant([{ sku: 'ABC', quantity: 1 }]) },
          anything,
        ),
        note: fc.oneof(
          { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 210 }) },
          anything,
        ),
      },
      { requiredKeys: ['customerId', 'items'] },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('id', 'a/b~c', 'toString')), anything, {
        maxKeys: 3,
      }),
    ),
  )
  .map(([order, more]) => ({ ...order, ...more }))

const nested = fc
  .tuple(
    fc.constantFrom('[', '{"a":', '{"items":[', '{"note":'),
    fc.integer({ max: 15_000, min: 1 }),
  )
  .map(([open, depth]) => open.repeat(Math.min(depth, 65_000 / open.length)))

const hugeNumber = fc
  .tuple(
    fc.constantFrom('quantity', 'sku'),
    fc.stringMatching(/^-?[1-9]\d{0,400}(\.\d+)?(e[+-]?\d{1,6})?$/),
  )
  .map(([name, digits]) => `{"customerId":"c","items":[{"sku":"ABC","${name}":${digits}}]}`)

const brokenText = fc
  .tuple(fc.json(), fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.nat())
  .map(([text, noise, at]) => {
    const bytes = [...new TextEncoder().encode(text)]
    bytes.splice(at % (bytes.length + 1), 0, ...noise)
    return Uint8Array.from(bytes)
  })

const body = fc.oneof(
  fc.json(),
  nearlyAnOrder.map((order) => JSON.stringify(order)),
  fc.uint8Array({ maxLength: 500 }),
  brokenText,
  nested,
  hugeNumber,
  fc.integer({ min: 65_000, max: 200_000 }).map((length) => ' '.repeat(length)),
  fc.constant(''),
)

const oddSegment = fc.oneof(
  fc.webSegment(),
  fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => bytes.reduce((s, b) => `${s}%${b.toString(16).padStart(2, '0')}`, '')),
  fc.constantFrom(
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '%00',
    '%',
    '%zz',
    '%E0%A4%A',
    '\\',
    ';',
    '__proto__',
    '*',
  ),
  fc.integer({ min: 1, max: 4_000 }).map((length) => 'x'.repeat(length)),
)

const queryPart = fc.oneof(
  fc.webQueryParameters(),
  oddSegment.map((value) => `limit=${value}`),
  fc.constantFrom(
    'limit=5',
    'limit[]=5',
    'limit[a]=5',
    'limit=1&limit=2',
    '__proto__=1',
    'limit',
    '&&',
    '=',
  ),
)

/** Paths of the service, changed and unchanged, and others. `{id}` is replaced with the ID of an existing order. */
const path = fc
  .tuple(
    fc.constantFrom(
      '/health',
      '/orders',
      '/orders/{id}',
      '/orders/{id}/quote',
      '/openapi.json',
      '/docs',
      '',
    ),
    fc.option(oddSegment, { freq: 2, nil: undefined }),
    fc.option(queryPart, { freq: 2, nil: undefined }),
  )
  .map(([route, segment, query]) => {
    const whole = segment === undefined ? route : `${route}/${segment}`
    return `${whole || '/'}${query === undefined ? '' : `?${query}`}`
  })

const headers = fc
  .tuple(
    fc.record(
      {
        'content-type': fc.oneof(
          { weight: 4, arbitrary: fc.constant('application/json') },
          fc.constantFrom(
            'text/plain',
            'application/xml',
            'multipart/form-data; boundary=x',
            '/',
            ';',
          ),
          fc
            .constantFrom('utf-16', 'latin1', 'x', '')
            .map((name) => `application/json; charset=${name}`),
        ),
        'content-encoding': fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'x'),
        accept: fc.constantFrom('text/html', 'application/xml', '*/*', ';', ''),
        'if-none-match': fc.constantFrom('*', '"x"'),
        range: fc.constantFrom('bytes=0-1', 'bytes=9-1', 'bytes=99999999-'),
        origin: fc.constantFrom('http://evil.invalid', 'null'),
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(fc.stringMatching(/^x-[a-z-]{1,20}$/), fc.stringMatching(/^[ -~]{0,100}$/), {
      maxKeys: 3,
    }),
  )
  .map(([known, unknown]) => ({ ...unknown, ...known }))

/** CONNECT is left out because it opens a tunnel. */
const methods = METHODS.filter((method) => method !== 'CONNECT')

export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.record({
  method: fc.oneof(
    { weight: 3, arbitrary: fc.constant('POST') },
    { weight: 2, arbitrary: fc.constant('GET') },
    fc.constantFrom(...methods),
  ),
  path,
  headers,
  body,
})

/** Bytes that aren't HTTP, or stop being HTTP half-way. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 500 }),
  fc
    .tuple(
      fc.constantFrom(
        'GET /health HTTP/1.1\r\n',
        'POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n',
        'POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
      ),
      fc.uint8Array({ maxLength: 300 }),
    )
    .map(([start, noise]) => Uint8Array.from([...new TextEncoder().encode(start), ...noise])),
)
