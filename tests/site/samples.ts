/** The classes of the elements of a page. */
const classesOf = (html: string) => new Set(Array.from(html.matchAll(/ class="([^"]*)"/g), String))

/**
 * Chooses pages that together have the elements of all pages, told apart by their classes: every layout and every component.
 * Begins with the page that has most of them, and continues with the page that adds most.
 *
 * @param pages the HTML of each page by its path
 */
export function chooseSamples(pages: ReadonlyMap<string, string>): string[] {
  const samples: string[] = []
  let left = Array.from(pages, ([path, html]) => ({ path, classes: classesOf(html) }))
  for (;;) {
    const richest = left.reduce((most, page) =>
      page.classes.size > most.classes.size ? page : most,
    )
    if (richest.classes.size === 0) return samples
    samples.push(richest.path)
    left = left.map(({ path, classes }) => ({ path, classes: classes.difference(richest.classes) }))
  }
}
