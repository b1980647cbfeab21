import { history, type Commit } from '../../model/history/history.ts'

/** The day of the newest commit of each file, in UTC, by the file's path in the repository. */
export function daysOfUpdate(history: readonly Commit[]): ReadonlyMap<string, string> {
  const days = new Map<string, string>()
  for (const { at, files } of history) {
    for (const file of files) if (!days.has(file)) days.set(file, at.slice(0, 10))
  }
  return days
}

/** Computed once for all pages. */
export const lastUpdated = daysOfUpdate(history)
