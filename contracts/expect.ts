/** Fails with what was expected and what came. `subject` says of what, for example a request. */
export function fail(subject: string, expected: string, came: string): never {
  throw new Error(`${subject}: expected ${expected}, got ${came}`)
}

/** Fails unless both are the same JSON value; the order of properties does not count. */
export function expectSame(subject: string, actual: unknown, expected: unknown): void {
  const [a, e] = [canonical(actual), canonical(expected)]
  if (a !== e) fail(subject, e, a)
}

/** Whether a JSON value is an object: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a message: its text, or JSON, cut off after 300 characters. */
export function short(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value))
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      isObject(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
    ) ?? 'undefined'
  )
}
