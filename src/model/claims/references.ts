/** How often each page has referred to each claim; a page is known by the `Astro.locals` that Astro makes for it. */
const references = new WeakMap<object, Map<string, number>>()

/** An id for the evidence of a claim that no other reference on the page has. */
export function evidenceId(page: object, id: string): string {
  const counts = references.get(page) ?? new Map<string, number>()
  references.set(page, counts)
  const count = (counts.get(id) ?? 0) + 1
  counts.set(id, count)
  return `evidence-${id}-${count}`
}

/** The claims whose evidence a piece of HTML opens, in its order, each once. */
export function claimsIn(html: string): string[] {
  const ids = [...html.matchAll(/popovertarget="evidence-(c\d\d[ab]?)-/g)].flatMap(
    ([, id = '']) => id,
  )
  return [...new Set(ids)]
}
