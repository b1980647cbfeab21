import { fail, isObject } from '../expect.ts'
import type { Exchange } from './target.ts'

/** Fails unless the status is one of those expected. */
export function expectStatus(answer: Exchange, ...expected: number[]): void {
  if (!expected.includes(answer.status)) failAnswer(answer, expected.join(' or '))
}

/** Fails unless the request was rejected as the client's error: 400 to 499. */
export function expectClientError(answer: Exchange): void {
  if (answer.status < 400 || answer.status > 499) failAnswer(answer, 'a 4xx')
}

/** Returns the body of an answer. Fails unless it has this status and is `application/json`. */
export function expectJson(answer: Exchange, status: number): unknown {
  expectStatus(answer, status)
  if (answer.type !== 'application/json') failAnswer(answer, 'application/json')
  return parseBody(answer)
}

/** Parses the body of an answer as JSON, whatever its media type is. */
export function parseBody(answer: Exchange): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    return failAnswer(answer, 'a body that is JSON')
  }
}

/** Fails unless the value is an object with all required properties and no others than the optional ones. */
export function expectProperties(
  subject: string,
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): asserts value is Record<string, unknown> {
  const received = shorten(String(JSON.stringify(value)))
  if (!isObject(value)) fail(subject, 'an object', received)
  const names = Object.keys(value)
  const missing = required.filter((name) => !names.includes(name))
  const undeclared = names.filter((name) => !required.includes(name) && !optional.includes(name))
  if (missing.length > 0) fail(subject, `the property ${missing.join(', ')}`, received)
  if (undeclared.length > 0) fail(subject, `no property ${undeclared.join(', ')}`, received)
}

/** Fails with the request, what was expected and the response. */
export function failAnswer(answer: Exchange, expected: string): never {
  const { status, type, text } = answer
  const received = shorten(`${status} ${type || 'without a media type'} ${text}`)
  return fail(formatRequest(answer), expected, received)
}

/** Describes the request of an exchange, for the beginning of a message. */
export function formatRequest({ method, path, requestText }: Exchange): string {
  return shorten([method, path, requestText].filter((part) => part !== undefined).join(' '))
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
