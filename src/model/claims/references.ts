/** Number of references to each claim on each page. Astro makes one `Astro.locals` per page, so it identifies the page. */
const references = new WeakMap<object, Map<string, number>>()

/** Returns an id for the evidence of a claim, unique among all references on the page. */
export function evidenceId(page: object, id: string): string {
  const counts = references.get(page) ?? new Map<string, number>()
  references.set(page, counts)
  const count = (counts.get(id) ?? 0) + 1
  counts.set(id, count)
  return `evidence-${id}-${count}`
}

/** The claims in a piece of HTML, in order and without repetitions. */
export function claimsIn(html: string): string[] {
  const ids = [...html.matchAll(/popovertarget="evidence-(c\d\d[ab]?)-/g)].flatMap(
    ([, id = '']) => id,
  )
  return [...new Set(ids)]
}
