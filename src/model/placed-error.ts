import { closestMatch } from 'leven'

/** Where an error is: a file relative to the repository and, if known, a line counted from 1. */
export interface Place {
  readonly file: string
  readonly line?: number | undefined
}

/** An error in the sources of the site. The message names the place, the problem and the fix. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError'

  /** @param fix a whole sentence that says what to do */
  constructor(place: Place, problem: string, fix: string) {
    const where = place.line === undefined ? place.file : `${place.file}:${place.line}`
    super(`${where}: ${problem}. ${fix}`)
  }
}

/**
 * Finds an item by its name.
 *
 * @throws PlacedError that suggests the closest name if there is no such item
 */
export function findNamed<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  name: string,
  place: Place,
  problem: string,
): T {
  const found = items.find((item) => nameOf(item) === name)
  if (found !== undefined) return found
  throw new PlacedError(place, problem, suggestion(name, items.map(nameOf)))
}

/** Throws a PlacedError that suggests the closest name, unless the name exists. */
export function requireName(
  names: readonly string[],
  name: string,
  place: Place,
  problem: string,
): void {
  findNamed(names, (existing) => existing, name, place, problem)
}

/** "Did you mean x? There are: x, y." for an unknown name. */
export function suggestion(name: string, existing: readonly string[]): string {
  if (existing.length === 0) return 'There are none.'
  return `Did you mean ${closestMatch(name, existing)}? There are: ${existing.join(', ')}.`
}
