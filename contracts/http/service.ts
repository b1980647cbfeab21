import { expectSame } from '../expect.ts'
import {
  expectJson,
  expectProperties,
  expectStatus,
  failAnswer,
  formatRequest,
  parseBody,
} from './expect.ts'
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

/** A UUID that no service generates: version 4 with all other bits zero. */
export const unknownId = '00000000-0000-4000-8000-000000000000'

export const item: Item = { sku: 'ABC-123', quantity: 2 }

/** A valid order with some of its properties replaced. */
export function newOrder(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { customerId: 'customer-1', items: [item], ...change }
}

/** Posts a body. Strings and bytes are sent unchanged, anything else as JSON. */
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

/** Posts an order and returns it as stored. Fails unless it is accepted. */
export async function create(target: HttpTarget, body: unknown = newOrder()): Promise<Order> {
  const answer = await post(target, body)
  return expectOrder(answer, expectJson(answer, 201))
}

/** Posts an order. Fails unless it is rejected with a 422 whose errors are at these pointers and no others. */
export async function expectInvalid(
  target: HttpTarget,
  body: unknown,
  ...pointers: string[]
): Promise<void> {
  expectErrors(await post(target, body), ...pointers)
}

/** Fails unless an answer is a 422 whose errors are at these pointers and no others. */
export function expectErrors(answer: Exchange, ...pointers: string[]): void {
  const problem = expectProblem(answer, 422)
  const found = [...new Set(problem.errors?.map(({ pointer }) => pointer))]
  expectSame(`${formatRequest(answer)}: the pointers`, found.sort(), [...pointers].sort())
}

/** Returns a value as an order. Fails unless it has all properties of one and no others. */
export function expectOrder(answer: Exchange, value: unknown): Order {
  const subject = `${formatRequest(answer)}: an order`
  expectProperties(subject, value, ['id', 'customerId', 'items', 'createdAt'], ['note'])
  if (typeof value['id'] !== 'string') failAnswer(answer, 'an order whose id is text')
  return value as unknown as Order
}

/** The orders that `GET /orders` lists. `query` begins with a question mark. */
export async function list(target: HttpTarget, query = ''): Promise<Order[]> {
  const answer = await ask(target, `/orders${query}`)
  const body = expectJson(answer, 200)
  expectProperties(formatRequest(answer), body, ['orders'])
  if (!Array.isArray(body['orders'])) failAnswer(answer, 'a list of orders')
  return body['orders'].map((order) => expectOrder(answer, order))
}

export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** Returns the problem details (RFC 9457) of an answer. Fails unless it has this status and only the contract's members. */
export function expectProblem(answer: Exchange, status: number): Problem {
  const wrong = (expected: string) => failAnswer(answer, expected)
  expectStatus(answer, status)
  if (answer.type !== 'application/problem+json') wrong('application/problem+json')
  const body = parseBody(answer)
  expectProperties(formatRequest(answer), body, ['title', 'status'], ['detail', 'errors'])
  const { title, detail, errors } = body
  if (typeof title !== 'string' || title === '') wrong('a title')
  if (body['status'] !== status) wrong(`"status": ${status} in the body, as in the status line`)
  if (detail !== undefined && typeof detail !== 'string') wrong('a detail that is text')
  if (errors !== undefined) {
    if (!Array.isArray(errors) || errors.length === 0) wrong('errors that are a list, not empty')
    for (const error of errors as unknown[]) {
      expectProperties(`${formatRequest(answer)}: an error`, error, ['pointer', 'detail'])
      if (typeof error['pointer'] !== 'string' || !/^(\/.*)?$/s.test(error['pointer'])) {
        wrong('pointers that are empty or begin with a slash')
      }
      if (typeof error['detail'] !== 'string' || error['detail'] === '') wrong('details')
    }
  } else if (status === 422) wrong('errors')
  return body as unknown as Problem
}

/** Finds HTML, a stack trace or a path on the server in an answer. Clients must never see these in an error. */
export function findLeak({ type, text }: Pick<Exchange, 'type' | 'text'>): string | undefined {
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
