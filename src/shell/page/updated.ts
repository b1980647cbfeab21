import { history, type Commit } from '../../model/history/history.ts'

/** The day on which each file was last changed, by its path in the repository: that of its newest commit, in UTC. */
export function daysOfUpdate(history: readonly Commit[]): ReadonlyMap<string, string> {
  const days = new Map<string, string>()
  for (const { at, files } of history) {
    for (const file of files) if (!days.has(file)) days.set(file, at.slice(0, 10))
  }
  return days
}

/** Drawn up once for all pages. */
export const lastUpdated = daysOfUpdate(history)
