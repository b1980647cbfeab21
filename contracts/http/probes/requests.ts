import type { Probe } from '../../check.ts'
import { gzip } from '../checks/body.ts'
import { isObject } from '../../expect.ts'
import { create, newOrder, post } from '../service.ts'
import { ask, type Exchange, type HttpTarget } from '../target.ts'

const json = { 'content-type': 'application/json' }
const order = JSON.stringify(newOrder())
/** The order as bytes, because fetch adds a media type to text. */
const bytes = new TextEncoder().encode(order)

/** An order as JSON text whose one item has this quantity, written exactly so. */
function writeQuantity(quantity: string): string {
  return `{"customerId":"c","items":[{"sku":"ABC","quantity":${quantity}}]}`
}

type Run = Probe<HttpTarget>['run']

/** A probe that posts a body. */
function probePost(body: unknown, headers?: Record<string, string>): Run {
  return async (target) => describeAnswer(await post(target, body, headers))
}

/** A probe that sends a request without a body of its own. */
function probePath(path: string, init?: RequestInit): Run {
  return async (target) => describeAnswer(await ask(target, path, init))
}

const runs: Record<string, Run> = {
  'a body of 64 KiB and one byte': probePost(order.padEnd(64 * 1024 + 1)),
  'a small body in gzip': async (target) =>
    describeAnswer(await post(target, await gzip(order), { ...json, 'content-encoding': 'gzip' })),
  'an unknown content encoding': probePost(bytes, { ...json, 'content-encoding': 'x-unknown' }),
  'an unknown charset': probePost(bytes, { 'content-type': 'application/json; charset=x-unknown' }),
  'JSON sent as text/plain': probePost(bytes, { 'content-type': 'text/plain' }),
  'JSON sent as application/xml': probePost(bytes, { 'content-type': 'application/xml' }),
  'JSON sent as application/vnd.api+json': probePost(bytes, {
    'content-type': 'application/vnd.api+json',
  }),
  'JSON sent without a media type': probePost(bytes, {}),
  'no body and no media type': async (target) =>
    describeAnswer(await ask(target, '/orders', { method: 'POST' })),
  'an empty body that says it is JSON': probePost('', json),

  'DELETE /orders': probePath('/orders', { method: 'DELETE' }),
  'PUT /orders/{id}': async (target) =>
    describeAnswer(
      await ask(target, `/orders/${await createId(target)}`, {
        method: 'PUT',
        headers: json,
        body: order,
      }),
    ),
  'POST /health': probePath('/health', { method: 'POST' }),
  'OPTIONS /orders': probePath('/orders', { method: 'OPTIONS' }),
  'HEAD /health': async (target) => {
    const answer = await ask(target, '/health', { method: 'HEAD' })
    return `${describeAnswer(answer)}, content-length ${answer.headers.get('content-length') ?? 'missing'}`
  },
  'HEAD of an order that is not there': probePath('/orders/nope', { method: 'HEAD' }),
  'GET /health/': probePath('/health/', { redirect: 'manual' }),
  'GET /HEALTH': probePath('/HEALTH'),
  'GET //health': probePath('//health'),
  'GET /orders/': probePath('/orders/?limit=1', { redirect: 'manual' }),

  'an id of 3,000 characters': probePath(`/orders/${'x'.repeat(3000)}`),
  'an id that is no valid percent-encoding': probePath('/orders/%E0%A4%A'),
  'an id with an encoded slash': probePath('/orders/a%2Fb'),
  'a UUID in capitals': async (target) =>
    describeAnswer(await ask(target, `/orders/${(await createId(target)).toUpperCase()}`)),
  'a UUID without hyphens': async (target) =>
    describeAnswer(await ask(target, `/orders/${(await createId(target)).replaceAll('-', '')}`)),

  'limit=1&limit=2': probePath('/orders?limit=1&limit=2'),
  'limit= without a value': probePath('/orders?limit='),
  'limit=1e1': probePath('/orders?limit=1e1'),
  'limit=0x10': probePath('/orders?limit=0x10'),
  'limit=2.0': probePath('/orders?limit=2.0'),
  'limit=%202, with a space': probePath('/orders?limit=%202'),
  'limit=%2B2, with a plus': probePath('/orders?limit=%2B2'),
  'limit in a full-width digit': probePath('/orders?limit=%EF%BC%92'),
  'a query name that is not documented': probePath('/orders?color=red'),

  'quantity 2.0': probePost(writeQuantity('2.0')),
  'quantity 1e2': probePost(writeQuantity('1e2')),
  'quantity 1e400': probePost(writeQuantity('1e400')),
  'quantity -0': probePost(writeQuantity('-0')),
  'quantity NaN': probePost(writeQuantity('NaN')),
  'quantity 1.0000000000000000001': probePost(writeQuantity('1.0000000000000000001')),
  'note: null': async (target) => {
    const answer = await post(target, newOrder({ note: null }))
    if (answer.status !== 201) return describeAnswer(answer)
    const { note } = JSON.parse(answer.text) as { note?: unknown }
    return `${describeAnswer(answer)}, ${note === undefined ? 'no note' : `note: ${JSON.stringify(note)}`}`
  },
  'a property given twice': async (target) => {
    const answer = await post(target, order.replace('{', '{"customerId":"first",'))
    if (answer.status !== 201) return describeAnswer(answer)
    const first = (JSON.parse(answer.text) as { customerId?: unknown }).customerId === 'first'
    return `${describeAnswer(answer)}, the ${first ? 'first' : 'last'} one counts`
  },
  'a property named __proto__': probePost(order.replace('{', '{"__proto__":{"note":"n"},')),
  'an unknown property named a/b~c': probePost(newOrder({ 'a/b~c': 1 })),
  'an unknown property with an empty name': probePost(newOrder({ '': 1 })),
  'lists nested 10,000 deep': probePost(nestNote(10_000)),
  'a lone surrogate in a note': probePost(order.replace('{', '{"note":"\\ud800",')),
  'a byte that is no UTF-8 in a note': probePost(
    Uint8Array.from(order.replace('{', '{"note":"\xff",'), (c) => c.charCodeAt(0)),
  ),
  'a byte order mark before the JSON': probePost(`\uFEFF${order}`),
  'JSON with a comment': probePost(`/* an order */ ${order}`),
}

/** Questions about default behavior. The contract requires no particular answer. */
export const probes: readonly Probe<HttpTarget>[] = Object.entries(runs).map(([name, run]) => ({
  name,
  run,
}))

/** An order whose note is a list nested this many levels deep. */
function nestNote(levels: number): string {
  return order.replace('{', `{"note":${'['.repeat(levels)}${']'.repeat(levels)},`)
}

async function createId(target: HttpTarget): Promise<string> {
  return (await create(target)).id
}

/** Describes an answer in one line: status, media type, `Allow`, redirect, and the pointers of its errors. */
function describeAnswer(answer: Exchange): string {
  const parts = [
    `${answer.status} ${answer.type || (answer.text === '' ? 'empty' : 'no media type')}`,
  ]
  const allow = answer.headers.get('allow')
  if (allow !== null) parts.push(`Allow: ${allow}`)
  const location =
    answer.status < 400 && answer.status >= 300 ? answer.headers.get('location') : null
  // An absolute address holds the port, which differs from run to run.
  if (location !== null) parts.push(`to ${location.replace(/^http:\/\/[^/]+/, 'http://<host>')}`)
  const pointers = findPointers(answer.text)
  if (pointers.length > 0) parts.push(`at ${pointers.map((p) => p || "''").join(' ')}`)
  return parts.join(', ')
}

function findPointers(text: string): string[] {
  try {
    const body: unknown = JSON.parse(text)
    const errors = isObject(body) && Array.isArray(body['errors']) ? body['errors'] : []
    return [...new Set(errors.map(({ pointer }) => String(pointer)))].sort()
  } catch {
    return []
  }
}
