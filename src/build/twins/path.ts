/**
 * The path of a page's Markdown twin by the page's id: `/a/b.md` for `a/b`, `/index.md` for the first page, whose id is empty.
 * Undefined for pages without text to read: the form that posts to StackBlitz, and the page for addresses that don't exist.
 */
export function twinPath(id: string): string | undefined {
  if (id === '404' || id.startsWith('open/')) return undefined
  return `/${id || 'index'}.md`
}
