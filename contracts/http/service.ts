import { expectSame, fail } from '../expect.ts'
import { asked, came, expectProperties, jsonOf, parsed } from './expect.ts'
import { ask, type Exchange, type HttpTarget } from './target.ts'

export interface Item {
  readonly sku: string
  readonly quantity: number
}

export interface NewOrder {
  readonly customerId: string
  readonly items: readonly Item[]
  readonly note?: string
}

export interface Order extends NewOrder {
  readonly id: string
  readonly createdAt: string
}

/** A UUID that no service hands out: version 4 with all other bits zero. */
export const unknownId = '00000000-0000-4000-8000-000000000000'

export const item: Item = { sku: 'ABC-123', quantity: 2 }

/** An order that every service takes, with some of its properties replaced. */
export function newOrder(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { customerId: 'customer-1', items: [item], ...change }
}

/** Posts a body: a string, bytes or null as they are, anything else as JSON. */
export function post(
  target: HttpTarget,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Exchange> {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  return ask(target, '/orders', {
    method: 'POST',
    headers,
    body: raw ? (body as BodyInit) : JSON.stringify(body),
  })
}

/** Posts an order that has to be taken. */
export async function create(target: HttpTarget, body: unknown = newOrder()): Promise<Order> {
  const answer = await post(target, body)
  return orderOf(answer, jsonOf(answer, 201))
}

/** Posts an order that has to be refused with 422 and one fault or more at each of these pointers, and at no other. */
export async function refuse(
  target: HttpTarget,
  body: unknown,
  ...pointers: string[]
): Promise<void> {
  expectFaults(await post(target, body), ...pointers)
}

/** Fails unless an answer is a 422 whose faults are at these pointers and at no other. */
export function expectFaults(answer: Exchange, ...pointers: string[]): void {
  const problem = problemOf(answer, 422)
  const found = [...new Set(problem.errors?.map(({ pointer }) => pointer))]
  expectSame(`${asked(answer)}: the pointers`, found.sort(), [...pointers].sort())
}

/** Checks that an exchange holds a whole order and nothing else, and gives it. */
export function orderOf(answer: Exchange, value: unknown): Order {
  const subject = `${asked(answer)}: an order`
  expectProperties(subject, value, ['id', 'customerId', 'items', 'createdAt'], ['note'])
  if (typeof value['id'] !== 'string') fail(subject, 'an id that is text', came(answer))
  return value as unknown as Order
}

/** The newest orders, as `GET /orders` with this query lists them. */
export async function list(target: HttpTarget, query = ''): Promise<Order[]> {
  const answer = await ask(target, `/orders${query}`)
  const body = jsonOf(answer, 200)
  expectProperties(asked(answer), body, ['orders'])
  if (!Array.isArray(body['orders'])) fail(asked(answer), 'a list of orders', came(answer))
  return body['orders'].map((order) => orderOf(answer, order))
}

export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** Checks that an answer is problem details (RFC 9457) with this status and only the contract's members, and gives them. */
export function problemOf(answer: Exchange, status: number): Problem {
  const wrong = (expected: string) => fail(asked(answer), expected, came(answer))
  if (answer.status !== status) wrong(String(status))
  if (answer.type !== 'application/problem+json') wrong('application/problem+json')
  const body = parsed(answer)
  expectProperties(asked(answer), body, ['title', 'status'], ['detail', 'errors'])
  const { title, detail, errors } = body
  if (typeof title !== 'string' || title === '') wrong('a title')
  if (body['status'] !== status) wrong(`"status": ${status} in the body, as in the status line`)
  if (detail !== undefined && typeof detail !== 'string') wrong('a detail that is text')
  if (errors !== undefined) {
    if (!Array.isArray(errors) || errors.length === 0) wrong('errors that are a list, not empty')
    for (const error of errors as unknown[]) {
      expectProperties(`${asked(answer)}: an error`, error, ['pointer', 'detail'])
      if (typeof error['pointer'] !== 'string' || !/^(\/.*)?$/s.test(error['pointer'])) {
        wrong('pointers that are empty or begin with a slash')
      }
      if (typeof error['detail'] !== 'string' || error['detail'] === '') wrong('details')
    }
  } else if (status === 422) wrong('errors')
  return body as unknown as Problem
}

/** What a client must never see in an answer, if it is there: HTML, a stack trace or a path of the server's files. */
export function revealed({ type, text }: Pick<Exchange, 'type' | 'text'>): string | undefined {
  if (type.includes('html')) return type
  return traces.map((trace) => trace.exec(text)?.[0]).find((found) => found !== undefined)
}

const traces = [
  /<!doctype|<html|<body|<pre/i,
  /\bat [^\n]*:\d+:\d+/, // JavaScript
  /Traceback \(most recent call last\)|File "[^"]+", line \d+/, // Python
  /panicked at|\bstack backtrace\b/, // Rust
  /file:\/\/|node_modules|site-packages|\.cargo\/registry/,
]
