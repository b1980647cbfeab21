import { sidebar } from './sidebar.ts'

/** Sorts examples as the menu lists their guides, so that every table and every choice has the same order. */
export function inMenuOrder<E extends { readonly manifest: { readonly guide: string } }>(
  examples: readonly E[],
): E[] {
  const slugs = sidebar.flatMap(({ items }) => items)
  const place = ({ manifest }: E) => slugs.indexOf(manifest.guide.slice(1, -1))
  return examples.toSorted((a, b) => place(a) - place(b))
}
