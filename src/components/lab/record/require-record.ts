import type { recordFile } from '../../../../lab/record.ts'
import { PlacedError } from '../../../model/placed-error.ts'

/**
 * Reads the record of a lab subject.
 *
 * @param at the page and line of the component
 * @throws PlacedError if nothing was recorded
 */
export function requireRecord<T extends { readonly date: string }>(
  { path, read }: ReturnType<typeof recordFile<T>>,
  subject: string,
  at: string,
): T {
  const record = read()
  if (record) return record
  const fix = `Run "npm run lab -- ${subject} --record".`
  throw new PlacedError({ file: at }, `there is no ${path}`, fix)
}
