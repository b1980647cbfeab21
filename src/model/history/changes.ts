import type { Commit } from './history.ts'

/** A page below `content/`. */
export interface ChangedPage {
  readonly title: string
  /** Its address on this site, from the first slash on. */
  readonly path: string
}

/** A commit as a reader sees it: what it did, and to which page. */
export interface Change extends Pick<Commit, 'hash' | 'at' | 'subject'> {
  readonly page: ChangedPage
}

/** So many changes are listed, the newest ones. */
export const newest = 50

/**
 * The newest changes, one for each page that a commit touched.
 *
 * @param pages those that are there today, by their files; what became of others is not told
 */
export function listChanges(
  history: readonly Commit[],
  pages: ReadonlyMap<string, ChangedPage>,
): readonly Change[] {
  return history
    .flatMap(({ hash, at, subject, files }) =>
      files.flatMap((file) => {
        const page = pages.get(file)
        return page ? [{ hash, at, subject, page }] : []
      }),
    )
    .slice(0, newest)
}
