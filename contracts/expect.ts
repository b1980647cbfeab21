/** Fails with what was expected and what was received. `subject` names the thing that was checked, for example a request. */
export function fail(subject: string, expected: string, received: string): never {
  throw new Error(`${subject}: expected ${expected}, got ${received}`)
}

/** Fails unless both are the same JSON value. The order of properties doesn't matter. */
export function expectSame(subject: string, actual: unknown, expected: unknown): void {
  const [a, e] = [toCanonicalJson(actual), toCanonicalJson(expected)]
  if (a !== e) fail(subject, e, a)
}

/** Whether a JSON value is an object, which excludes null and lists. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toCanonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      isObject(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
    ) ?? 'undefined'
  )
}
