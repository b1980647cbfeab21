import { closestMatch } from 'leven'

/** Where a fault stands: a file relative to the repository and, where known, its line, counted from 1. */
export interface Place {
  readonly file: string
  readonly line?: number | undefined
}

/** A fault in what the site is built from, or in a reference to it. The message names the place, the fault and the mend. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError'

  /**
   * @param place the file and line at fault
   * @param fault what is wrong
   * @param mend what to do about it: a whole sentence
   */
  constructor(place: Place, fault: string, mend: string) {
    const where = place.line === undefined ? place.file : `${place.file}:${place.line}`
    super(`${where}: ${fault}. ${mend}`)
  }
}

/** "Did you mean x? There are: x, y." for a name that is not among those that exist. */
export function suggestion(name: string, existing: readonly string[]): string {
  if (existing.length === 0) return 'There are none.'
  return `Did you mean ${closestMatch(name, existing)}? There are: ${existing.join(', ')}.`
}
