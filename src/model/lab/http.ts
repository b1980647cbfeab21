import { httpRecord, inputHash, type HttpRecord } from '../../../lab/http/record.ts'
import { isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import { readExample } from '../examples/example.ts'
import { PlacedError } from '../placed-error.ts'

/**
 * Reads the record of the HTTP lab.
 *
 * @param at the page and line that refer to it
 * @throws PlacedError if nothing was recorded
 */
export function readHttpRecord(at = 'lab/http'): HttpRecord {
  const record = httpRecord.read()
  if (record) return record
  const fix = 'Run "npm run lab -- http --record".'
  throw new PlacedError({ file: at }, `there is no ${httpRecord.path}`, fix)
}

/** The hashes that decide whether a record of the HTTP lab is stale. */
export type HttpInputs = Pick<HttpRecord, 'hash' | 'examples'>

/**
 * What has changed since a record was made, in words. Empty for a record that is up to date.
 *
 * @param current the inputs now; by default those of the repository
 */
export function listChanges(record: HttpInputs, current = readInputs(record)): string[] {
  return [
    ...(record.hash === current.hash ? [] : ['the measurement']),
    ...Object.entries(record.examples)
      .filter(([id, hash]) => current.examples[id] !== hash)
      .map(([id]) => `the example ${id}`),
  ]
}

function readInputs({ examples }: HttpInputs): HttpInputs {
  const ids = Object.keys(examples)
  return {
    hash: inputHash(),
    examples: Object.fromEntries(ids.map((id) => [id, readExample(id).hash])),
  }
}

/** A ratio with its interval, "1.84 (1.80–1.88)", or "no difference found". */
export function formatRatio(ratio: Ratio): string {
  if (isUndecided(ratio)) return 'no difference found'
  const [middle, low, high] = [ratio.ratio, ratio.low, ratio.high].map((it) => it.toFixed(2))
  return `${middle} (${low}–${high})`
}

/** The same comparison from the other side. */
export const invertRatio = ({ ratio, low, high }: Ratio): Ratio => ({
  ratio: 1 / ratio,
  low: 1 / high,
  high: 1 / low,
})

/** Says of the first interval in a sentence what it is, so that the others need no words. */
export const nameInterval = (sentence: string): string => sentence.replace('(', '(95% interval ')

/** Joins parts as in "one, two and three". */
export const joinWords = (parts: readonly string[]): string =>
  new Intl.ListFormat('en-GB').format(parts)
