/** Keeps the samples of a run that is under way, so that a run that was stopped continues where it was. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

/** A step of a run with everything that it measured. */
export interface Step<T> {
  readonly name: string
  readonly samples: readonly T[]
}

/**
 * Opens the journal of a run. Steps of an earlier run are kept only if it had the same key.
 *
 * @param key what decides the results: hash of the inputs, settings
 */
export function openJournal<T>(path: string, key: unknown) {
  const [first, ...lines] = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  const isSame = first !== undefined && isDeepStrictEqual(JSON.parse(first), key)
  const steps = isSame ? lines.map((line) => JSON.parse(line) as Step<T>) : []
  if (!isSame) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(key)}\n`)
  }
  return {
    steps,
    has: (name: string) => steps.some((step) => step.name === name),
    add(step: Step<T>) {
      steps.push(step)
      appendFileSync(path, `${JSON.stringify(step)}\n`)
    },
    /** Forgets all steps, so that the next run begins anew. */
    discard: () => rmSync(path),
  }
}
