import type { Probe } from '../check.ts'
import { gzip } from './checks/body.ts'
import { isObject } from '../expect.ts'
import { create, newOrder, post } from './service.ts'
import { ask, type Exchange, type HttpTarget } from './target.ts'

const json = { 'content-type': 'application/json' }
const order = JSON.stringify(newOrder())
/** The same without a media type of its own: fetch gives one to text. */
const bytes = new TextEncoder().encode(order)

/** An order as text, with the quantity of its one item written like this. */
function withQuantity(quantity: string): string {
  return `{"customerId":"c","items":[{"sku":"ABC","quantity":${quantity}}]}`
}

type Run = Probe<HttpTarget>['run']

/** A probe that posts a body and tells the kind of answer. */
function posting(body: unknown, headers?: Record<string, string>): Run {
  return async (target) => kind(await post(target, body, headers))
}

/** A probe that asks for a path and tells the kind of answer. */
function asking(path: string, init?: RequestInit): Run {
  return async (target) => kind(await ask(target, path, init))
}

const runs: Record<string, Run> = {
  'a body of 64 KiB and one byte': posting(order.padEnd(64 * 1024 + 1)),
  'a small body in gzip': async (target) =>
    kind(await post(target, await gzip(order), { ...json, 'content-encoding': 'gzip' })),
  'an unknown content encoding': posting(bytes, { ...json, 'content-encoding': 'x-unknown' }),
  'an unknown charset': posting(bytes, { 'content-type': 'application/json; charset=x-unknown' }),
  'JSON sent as text/plain': posting(bytes, { 'content-type': 'text/plain' }),
  'JSON sent as application/xml': posting(bytes, { 'content-type': 'application/xml' }),
  'JSON sent as application/vnd.api+json': posting(bytes, {
    'content-type': 'application/vnd.api+json',
  }),
  'JSON sent without a media type': posting(bytes, {}),
  'no body and no media type': async (target) =>
    kind(await ask(target, '/orders', { method: 'POST' })),
  'an empty body that says it is JSON': posting('', json),

  'DELETE /orders': asking('/orders', { method: 'DELETE' }),
  'PUT /orders/{id}': async (target) =>
    kind(
      await ask(target, `/orders/${await newId(target)}`, {
        method: 'PUT',
        headers: json,
        body: order,
      }),
    ),
  'POST /health': asking('/health', { method: 'POST' }),
  'OPTIONS /orders': asking('/orders', { method: 'OPTIONS' }),
  'HEAD /health': async (target) => {
    const answer = await ask(target, '/health', { method: 'HEAD' })
    return `${kind(answer)}, content-length ${answer.headers.get('content-length') ?? 'missing'}`
  },
  'HEAD of an order that is not there': asking('/orders/nope', { method: 'HEAD' }),
  'GET /health/': asking('/health/', { redirect: 'manual' }),
  'GET /HEALTH': asking('/HEALTH'),
  'GET //health': asking('//health'),
  'GET /orders/': asking('/orders/?limit=1', { redirect: 'manual' }),

  'an id of 3,000 characters': asking(`/orders/${'x'.repeat(3000)}`),
  'an id that is no valid percent-encoding': asking('/orders/%E0%A4%A'),
  'an id with an encoded slash': asking('/orders/a%2Fb'),
  'a UUID in capitals': async (target) =>
    kind(await ask(target, `/orders/${(await newId(target)).toUpperCase()}`)),
  'a UUID without hyphens': async (target) =>
    kind(await ask(target, `/orders/${(await newId(target)).replaceAll('-', '')}`)),

  'limit=1&limit=2': asking('/orders?limit=1&limit=2'),
  'limit= without a value': asking('/orders?limit='),
  'limit=1e1': asking('/orders?limit=1e1'),
  'limit=0x10': asking('/orders?limit=0x10'),
  'limit=2.0': asking('/orders?limit=2.0'),
  'limit=%202, with a space': asking('/orders?limit=%202'),
  'limit=%2B2, with a plus': asking('/orders?limit=%2B2'),
  'limit in a full-width digit': asking('/orders?limit=%EF%BC%92'),
  'a query name that is not documented': asking('/orders?colour=red'),

  'quantity 2.0': posting(withQuantity('2.0')),
  'quantity 1e2': posting(withQuantity('1e2')),
  'quantity 1e400': posting(withQuantity('1e400')),
  'quantity -0': posting(withQuantity('-0')),
  'quantity NaN': posting(withQuantity('NaN')),
  'quantity 1.0000000000000000001': posting(withQuantity('1.0000000000000000001')),
  'note: null': async (target) => {
    const answer = await post(target, newOrder({ note: null }))
    if (answer.status !== 201) return kind(answer)
    const { note } = JSON.parse(answer.text) as { note?: unknown }
    return `${kind(answer)}, ${note === undefined ? 'no note' : `note: ${JSON.stringify(note)}`}`
  },
  'a property given twice': async (target) => {
    const answer = await post(target, order.replace('{', '{"customerId":"first",'))
    if (answer.status !== 201) return kind(answer)
    const first = (JSON.parse(answer.text) as { customerId?: unknown }).customerId === 'first'
    return `${kind(answer)}, the ${first ? 'first' : 'last'} one counts`
  },
  'a property named __proto__': posting(order.replace('{', '{"__proto__":{"note":"n"},')),
  'an unknown property named a/b~c': posting(newOrder({ 'a/b~c': 1 })),
  'an unknown property with an empty name': posting(newOrder({ '': 1 })),
  'lists nested 10,000 deep': posting(nestedNote(10_000)),
  'a lone surrogate in a note': posting(order.replace('{', '{"note":"\\ud800",')),
  'a byte that is no UTF-8 in a note': posting(
    Uint8Array.from(order.replace('{', '{"note":"\xff",'), (c) => c.charCodeAt(0)),
  ),
  'a byte order mark before the JSON': posting(`\uFEFF${order}`),
  'JSON with a comment': posting(`/* an order */ ${order}`),
}

/** Questions that the contract leaves to the stack. */
export const probes: readonly Probe<HttpTarget>[] = Object.entries(runs).map(([name, run]) => ({
  name,
  run,
}))

/** An order whose note is a list in a list, this many times. */
function nestedNote(levels: number): string {
  return order.replace('{', `{"note":${'['.repeat(levels)}${']'.repeat(levels)},`)
}

async function newId(target: HttpTarget): Promise<string> {
  return (await create(target)).id
}

/** The kind of an answer in one line: status, media type, `Allow`, and where its faults are. */
function kind(answer: Exchange): string {
  const parts = [
    `${answer.status} ${answer.type || (answer.text === '' ? 'empty' : 'no media type')}`,
  ]
  const allow = answer.headers.get('allow')
  if (allow !== null) parts.push(`Allow: ${allow}`)
  const location =
    answer.status < 400 && answer.status >= 300 ? answer.headers.get('location') : null
  if (location !== null) parts.push(`to ${location}`)
  const pointers = pointersIn(answer.text)
  if (pointers.length > 0) parts.push(`at ${pointers.map((p) => p || "''").join(' ')}`)
  return parts.join(', ')
}

function pointersIn(text: string): string[] {
  try {
    const body: unknown = JSON.parse(text)
    const errors = isObject(body) && Array.isArray(body['errors']) ? body['errors'] : []
    return [...new Set(errors.map(({ pointer }) => String(pointer)))].sort()
  } catch {
    return []
  }
}
