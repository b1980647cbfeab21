import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { formatErrors, OpenApiDocument, type Operation } from '../document.ts'
import { expectJson, failAnswer } from '../expect.ts'
import { ask, type Exchange, type HttpTarget, type RecordedTarget } from '../target.ts'

/** Operations that the document must describe. A template expression may have any name. */
const routes = [
  'GET /health',
  'GET /orders',
  'POST /orders',
  'GET /orders/{}',
  'GET /orders/{}/quote',
]

export const documenting: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /openapi.json returns a valid OpenAPI 3.1 document',
    async run(target) {
      await readDocument(target)
    },
  },
  {
    name: 'the document describes every route, its parameters, its body and the Location of a new order',
    async run(target) {
      const { operations } = await readDocument(target)
      const described = operations.map(({ method, path }) => `${method} ${anonymize(path)}`)
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
      const post = findOperation(operations, 'POST', '/orders')
      if (!post.requestRequired) {
        fail('/openapi.json: POST /orders', 'requestBody.required', 'an optional body')
      }
      if (!post.responses.get('201')?.headers.includes('location')) {
        fail('/openapi.json: POST /orders', 'the header Location of the 201', 'none')
      }
    },
  },
  {
    name: 'each operation names its statuses one by one, without a range or a default',
    async run(target) {
      for (const { method, path, responses } of (await readDocument(target)).operations) {
        const inexact = [...responses.keys()].find((status) => !/^[1-5]\d\d$/.test(status))
        if (inexact !== undefined) fail(`/openapi.json: ${method} ${path}`, 'statuses', inexact)
      }
    },
  },
]

/** Run after all others, because they compare the document with all exchanges so far. */
export const comparing: readonly Check<RecordedTarget>[] = [
  {
    name: 'the documented order is as strict as the service: every order sent so far fits it or was rejected',
    async run(target) {
      const document = await readDocument(target)
      const { requestSchema } = findOperation(document.operations, 'POST', '/orders')
      if (requestSchema === undefined) {
        fail('/openapi.json: POST /orders', 'a schema for application/json', 'none')
      }
      const validate = document.compile(requestSchema)
      for (const answer of target.exchanges.filter(isOrder)) {
        const valid = validate(JSON.parse(answer.requestText ?? ''))
        if (valid !== (answer.status === 201)) {
          const documented = valid ? 'allowed' : `not allowed (${formatErrors(validate)})`
          failAnswer(answer, `what is documented: ${documented}`)
        }
      }
    },
  },
  {
    name: 'the documented limit matches the service: an integer from 1 to 100, 20 by default',
    async run(target) {
      const document = await readDocument(target)
      const { parameters } = findOperation(document.operations, 'GET', '/orders')
      const limit = parameters.find(({ name, in: place }) => name === 'limit' && place === 'query')
      if (limit?.schema === undefined) fail('/openapi.json: GET /orders', 'the query limit', 'none')
      if (limit.required) fail('/openapi.json: limit', 'an optional parameter', 'a required one')
      const validate = document.compile(limit.schema)
      for (const answer of target.exchanges.filter(({ method }) => method === 'GET')) {
        const [, text] = /^\/orders\?limit=([^&]*)$/.exec(answer.path) ?? []
        if (text === undefined) continue
        const valid = validate(/^-?\d/.test(text) ? Number(text) : text)
        if (valid !== (answer.status === 200)) {
          const documented = valid ? 'allowed' : `not allowed (${formatErrors(validate)})`
          failAnswer(answer, `what is documented: ${documented}`)
        }
      }
      expectSame('/openapi.json: the default of limit', limit.default, 20)
    },
  },
  {
    name: 'every response so far is documented: its status, its media type and its body',
    async run(target) {
      const document = await readDocument(target)
      for (const answer of target.exchanges) {
        const undocumented = findUndocumented(document, answer)
        if (undocumented !== undefined) failAnswer(answer, undocumented)
      }
    },
  },
  {
    name: 'every documented response was produced by one of these checks',
    async run(target) {
      const document = await readDocument(target)
      for (const operation of document.operations) {
        const answers = target.exchanges.filter(
          ({ method, path }) => document.findOperation(method, path) === operation,
        )
        const subject = `/openapi.json: ${operation.method} ${operation.path}`
        for (const [status, { content }] of operation.responses) {
          const produced = answers.filter((answer) => String(answer.status) === status)
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

/** Says what the document lacks to describe an answer. Answers outside of its operations need no description. */
export function findUndocumented(document: OpenApiDocument, answer: Exchange): string | undefined {
  const operation = document.findOperation(answer.method, answer.path)
  if (!operation) return undefined
  const response = operation.responses.get(String(answer.status))
  if (!response) return `a documented status (${[...operation.responses.keys()].join(', ')})`
  if (response.content.size === 0 && answer.text === '') return undefined
  if (!response.content.has(answer.type)) {
    return `a documented media type (${[...response.content.keys()].join(', ')})`
  }
  const schema = response.content.get(answer.type)
  if (schema === undefined) return 'a documented schema'
  const validate = document.compile(schema)
  const isJson = /^application\/(.+\+)?json$/.test(answer.type)
  return validate(isJson ? JSON.parse(answer.text) : answer.text)
    ? undefined
    : `the documented body: ${formatErrors(validate)}`
}

/** Reads `/openapi.json`. @throws Error when it is not a valid OpenAPI 3.1 document */
export async function readDocument(target: HttpTarget): Promise<OpenApiDocument> {
  return new OpenApiDocument(expectJson(await ask(target, '/openapi.json'), 200))
}

function findOperation(operations: readonly Operation[], method: string, path: string): Operation {
  const found = operations.find((one) => one.method === method && anonymize(one.path) === path)
  return found ?? fail('/openapi.json', `${method} ${path}`, 'no such operation')
}

function anonymize(path: string): string {
  return path.replace(/\{.+?\}/g, '{}')
}

/** Whether the answer to an exchange depended on the order in it: the body was JSON that the service could parse. */
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
