import { fail, isObject, short } from '../expect.ts'
import type { Exchange } from './target.ts'

/** Fails unless the status is one of those expected. */
export function expectStatus(answer: Exchange, ...expected: number[]): void {
  if (!expected.includes(answer.status)) fail(asked(answer), expected.join(' or '), came(answer))
}

/** Fails unless the request was refused as the client's fault: 400 to 499. */
export function expectRefused(answer: Exchange): void {
  if (answer.status < 400 || answer.status > 499) fail(asked(answer), 'a 4xx', came(answer))
}

/** The body of an answer with this status and `application/json`. */
export function jsonOf(answer: Exchange, status: number): unknown {
  expectStatus(answer, status)
  if (answer.type !== 'application/json') fail(asked(answer), 'application/json', came(answer))
  return parsed(answer)
}

/** The body of an answer, parsed as JSON whatever its media type says. */
export function parsed(answer: Exchange): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    return fail(asked(answer), 'a body that is JSON', came(answer))
  }
}

/** Fails unless the value is an object with all of the required properties and, beside the optional ones, no other. */
export function expectProperties(
  subject: string,
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): asserts value is Record<string, unknown> {
  if (!isObject(value)) fail(subject, 'an object', short(value))
  const names = Object.keys(value)
  const missing = required.filter((name) => !names.includes(name))
  const undeclared = names.filter((name) => !required.includes(name) && !optional.includes(name))
  if (missing.length > 0) fail(subject, `the property ${missing.join(', ')}`, short(value))
  if (undeclared.length > 0) {
    fail(subject, `no property ${undeclared.join(', ')}`, short(value))
  }
}

/** The request of an exchange, for the beginning of a message. */
export function asked({ method, path, requestText }: Exchange): string {
  return short(requestText === undefined ? `${method} ${path}` : `${method} ${path} ${requestText}`)
}

/** The response of an exchange, for the end of a message. */
export function came({ status, type, text }: Exchange): string {
  return short(`${status} ${type || 'without a media type'} ${text}`)
}
