import { getCollection } from 'astro:content'
import { listChanges, type ChangedPage } from './changes.ts'
import { history } from './history.ts'

/** The newest changes of this site. Empty if the build has no git history. */
export async function siteChanges() {
  const pages = new Map<string, ChangedPage>()
  for (const { id, filePath, data } of await getCollection('docs')) {
    if (id === '404' || filePath === undefined) continue
    pages.set(filePath, { title: data.title, path: id === 'index' ? '/' : `/${id}/` })
  }
  return listChanges(history, pages)
}
