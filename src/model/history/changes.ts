import type { Commit } from './history.ts'

/** A page in `content/`. */
export interface ChangedPage {
  readonly title: string
  /** The path of the page on this site. */
  readonly path: string
}

/** Number of changes in the list. */
export const maxChanges = 50

/**
 * Lists the newest changes for readers, one for each page that a commit changed.
 *
 * @param pages the existing pages by their files; changes of other pages are left out
 */
export function listChanges(history: readonly Commit[], pages: ReadonlyMap<string, ChangedPage>) {
  return history
    .flatMap(({ hash, at, subject, files }) =>
      files.flatMap((file) => {
        const page = pages.get(file)
        return page ? [{ hash, at, subject, page }] : []
      }),
    )
    .slice(0, maxChanges)
}
