import { basename, extname } from 'node:path'
import type { Example } from '../../model/examples/example.ts'
import { partAddress, partOf } from '../../model/examples/parts.ts'

const languages: Record<string, string> = {
  '.ts': 'ts',
  '.js': 'js',
  '.mjs': 'js',
  '.json': 'json',
  '.md': 'md',
  '.py': 'python',
  '.rs': 'rust',
  '.sh': 'sh',
  '.toml': 'toml',
}

/** The Shiki language of a file by its extension; plain text where none is known. */
export function fileLanguage(path: string): string {
  return languages[extname(path)] ?? 'text'
}

/** The fragment of a file on the page that shows it: `src/app.ts` is at `#src-app-ts`. */
export function fileAnchor(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '')
}

/** Where this site shows a file of an example, from the first slash on: `/examples/express/#src-app-ts`. */
export function fileAddress(example: Example, path: string): string {
  return `${partAddress(example, partOf(example, path))}#${fileAnchor(path)}`
}

/** Lockfiles and licences are part of what is copied, but nobody reads them on a page. */
export function isShown(path: string): boolean {
  return !/^LICENSE|-lock\.json$|\.lock$/.test(basename(path))
}
