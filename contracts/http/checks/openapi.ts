import type { Check } from '../../check.ts'
import { faults, OpenApiDocument, type Operation } from '../document.ts'
import { expectSame, fail } from '../../expect.ts'
import { asked, came, jsonOf } from '../expect.ts'
import { ask, type Exchange, type HttpTarget, type RecordedTarget } from '../target.ts'

/** What the document must describe. A template expression may have any name. */
const routes = [
  'GET /health',
  'GET /orders',
  'POST /orders',
  'GET /orders/{}',
  'GET /orders/{}/quote',
]

export const documenting: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /openapi.json gives a valid OpenAPI 3.1 document',
    async run(target) {
      await documentOf(target)
    },
  },
  {
    name: 'the document describes every route, its parameters, its body and the Location of a new order',
    async run(target) {
      const { operations } = await documentOf(target)
      const described = operations.map(({ method, path }) => `${method} ${anonymous(path)}`)
      for (const route of routes) {
        if (!described.includes(route)) fail('/openapi.json', route, described.join(', '))
      }
      for (const { method, path, parameters } of operations) {
        for (const [, name] of path.matchAll(/\{(.+?)\}/g)) {
          const parameter = parameters.find((one) => one.name === name && one.in === 'path')
          if (!parameter?.required) {
            fail(`/openapi.json: ${method} ${path}`, `a required path parameter ${name}`, 'none')
          }
        }
      }
      const creating = operationOf(operations, 'POST', '/orders')
      if (!creating.requestRequired) {
        fail('/openapi.json: POST /orders', 'requestBody.required', 'an optional body')
      }
      if (!creating.responses.get('201')?.headers.includes('location')) {
        fail('/openapi.json: POST /orders', 'the header Location of the 201', 'none')
      }
    },
  },
]

/** To be run after all others: they hold the document against all that was asked and answered. */
export const comparing: readonly Check<RecordedTarget>[] = [
  {
    name: 'the documented order is as strict as the service: every order sent so far fits it or was refused',
    async run(target) {
      const document = await documentOf(target)
      const { requestSchema } = operationOf(document.operations, 'POST', '/orders')
      if (requestSchema === undefined) {
        fail('/openapi.json: POST /orders', 'a schema for application/json', 'none')
      }
      const validate = document.validator(requestSchema)
      for (const answer of target.exchanges.filter(isOrder)) {
        const valid = validate(JSON.parse(answer.requestText ?? ''))
        if (valid !== (answer.status === 201)) {
          const documented = valid ? 'allowed' : `not allowed (${faults(validate)})`
          fail(asked(answer), `what is documented: ${documented}`, came(answer))
        }
      }
    },
  },
  {
    name: 'the documented limit is the one of the service: an integer from 1 to 100, 20 by default',
    async run(target) {
      const document = await documentOf(target)
      const { parameters } = operationOf(document.operations, 'GET', '/orders')
      const limit = parameters.find(({ name, in: place }) => name === 'limit' && place === 'query')
      if (limit?.schema === undefined) fail('/openapi.json: GET /orders', 'the query limit', 'none')
      if (limit.required) fail('/openapi.json: limit', 'an optional parameter', 'a required one')
      const validate = document.validator(limit.schema)
      for (const answer of target.exchanges.filter(({ method }) => method === 'GET')) {
        const [, text] = /^\/orders\?limit=([^&]*)$/.exec(answer.path) ?? []
        if (text === undefined) continue
        const valid = validate(/^-?\d/.test(text) ? Number(text) : text)
        if (valid !== (answer.status === 200)) {
          fail(
            asked(answer),
            `what is documented: ${valid ? 'allowed' : faults(validate)}`,
            came(answer),
          )
        }
      }
      expectSame('/openapi.json: the default of limit', limit.default, 20)
    },
  },
  {
    name: 'every response so far is documented: its status, its media type and what is in it',
    async run(target) {
      const document = await documentOf(target)
      for (const answer of target.exchanges) {
        const undocumented = undocumentedIn(document, answer)
        if (undocumented !== undefined) fail(asked(answer), undocumented, came(answer))
      }
    },
  },
  {
    name: 'every documented response was produced: nothing is promised that does not happen',
    async run(target) {
      const document = await documentOf(target)
      for (const operation of document.operations) {
        const answers = target.exchanges.filter(
          ({ method, path }) => document.operation(method, path) === operation,
        )
        for (const [status, { content }] of operation.responses) {
          const subject = `/openapi.json: ${operation.method} ${operation.path}`
          const produced = answers.filter(
            (answer) => documentedStatus(operation, answer) === status,
          )
          if (produced.length === 0) fail(subject, `a ${status} in these checks`, 'none')
          for (const type of content.keys()) {
            if (produced.some((answer) => answer.type === type)) continue
            fail(subject, `a ${status} of ${type} in these checks`, 'none')
          }
        }
      }
    },
  },
]

/** What the document lacks to cover an exchange; undefined when nothing, or when the operation itself is not documented. */
export function undocumentedIn(document: OpenApiDocument, answer: Exchange): string | undefined {
  const operation = document.operation(answer.method, answer.path)
  if (!operation) return undefined
  const status = documentedStatus(operation, answer)
  const response = status === undefined ? undefined : operation.responses.get(status)
  if (!response) return `a documented status (${[...operation.responses.keys()].join(', ')})`
  if (response.content.size === 0 && answer.text === '') return undefined
  if (!response.content.has(answer.type)) {
    return `a documented media type (${[...response.content.keys()].join(', ')})`
  }
  const schema = response.content.get(answer.type)
  if (schema === undefined) return 'a documented schema'
  const validate = document.validator(schema)
  return validate(JSON.parse(answer.text)) ? undefined : `the documented body: ${faults(validate)}`
}

/** Reads `/openapi.json`. @throws Error when it is not a valid OpenAPI 3.1 document */
export async function documentOf(target: HttpTarget): Promise<OpenApiDocument> {
  return new OpenApiDocument(jsonOf(await ask(target, '/openapi.json'), 200))
}

/** The key under which a response is documented: its status, its class or the default, the most exact first. */
function documentedStatus({ responses }: Operation, { status }: Exchange): string | undefined {
  const keys = [String(status), `${String(status)[0]}XX`, 'default']
  return keys.find((key) => responses.has(key))
}

function operationOf(operations: readonly Operation[], method: string, path: string): Operation {
  const found = operations.find((one) => one.method === method && anonymous(one.path) === path)
  return found ?? fail('/openapi.json', `${method} ${path}`, 'no such operation')
}

function anonymous(path: string): string {
  return path.replace(/\{.+?\}/g, '{}')
}

/** Whether an exchange was about the content of an order: a JSON body that the service could read. */
function isOrder({ method, path, requestType, requestText, status }: Exchange): boolean {
  if (method !== 'POST' || path !== '/orders' || requestType !== 'application/json') return false
  if (status !== 201 && status !== 422) return false
  try {
    JSON.parse(requestText ?? '')
    return true
  } catch {
    return false
  }
}
