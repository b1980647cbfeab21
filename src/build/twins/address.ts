/**
 * The place of a page's Markdown by the page's id: `/a/b.md` for `a/b`, `/index.md` for the first page, whose id is empty.
 * `undefined` for what is no page to read: the form that posts to StackBlitz, and the page for addresses that do not exist.
 */
export function markdownPath(id: string): string | undefined {
  if (id === '404' || id.startsWith('open/')) return undefined
  return `/${id || 'index'}.md`
}
