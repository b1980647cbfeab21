import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

/**
 * Writes a record with the date of today.
 *
 * @param earlier stays as it is, with its date, where it says the same
 */
export function writeRecord<T extends { readonly date: string }>(
  path: string,
  record: Omit<T, 'date'>,
  earlier: T | undefined,
): void {
  if (isDeepStrictEqual({ ...record, date: earlier?.date }, earlier)) {
    console.log(`${path} says the same already.`)
    return
  }
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(path, `${JSON.stringify({ ...record, date }, null, 2)}\n`)
  console.log(`Wrote ${path}.`)
}
