import type { Example } from './example.ts'
import type { Manifest } from './manifest.ts'

/** Files of an example that have a page of their own. */
export type Part = Manifest['parts'][number]

/** The part that a file of an example belongs to; undefined: the page of the example itself shows it. */
export function partOf({ manifest }: Pick<Example, 'manifest'>, path: string): Part | undefined {
  return manifest.parts.find(({ files }) => files.some((beginning) => path.startsWith(beginning)))
}

/** The address of a part of an example on this site, from the first slash on; without a part, that of the example. */
export function partAddress({ id }: Pick<Example, 'id'>, part?: Part): string {
  return part ? `/examples/${id}/${part.path}/` : `/examples/${id}/`
}
