import type { Example } from './example.ts'
import type { Manifest } from './manifest.ts'

/** Files of an example that have a page of their own. */
export type Part = Manifest['parts'][number]

/** The part that a file of an example belongs to, or undefined when the example's own page shows the file. */
export function partOf({ manifest }: Pick<Example, 'manifest'>, path: string): Part | undefined {
  return manifest.parts.find(({ files }) => files.some((beginning) => path.startsWith(beginning)))
}

/** The path of an example's page on this site, or of one of its parts: `/examples/lean-bus/broker/`. */
export function partAddress({ id }: Pick<Example, 'id'>, part?: Part): string {
  return part ? `/examples/${id}/${part.path}/` : `/examples/${id}/`
}

/** The fragment of a file on the page that shows it: `src/app.ts` is at `#src-app-ts`. */
export function fileAnchor(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '')
}

/** Where this site shows a file of an example: `/examples/express/#src-app-ts`. */
export function fileAddress(example: Example, path: string): string {
  return `${partAddress(example, partOf(example, path))}#${fileAnchor(path)}`
}
