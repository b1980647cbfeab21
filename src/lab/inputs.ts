import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../examples/hash.ts'

/** The files that decide a result, without the tests beside them, sorted; relative to the repository. */
export function inputFiles(patterns: readonly string[], root = process.cwd()): readonly string[] {
  return globSync(patterns, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .sort()
}

/** The hash of these files as they are now: over the lines `<sha256 of the file>  <path>`, sorted by path. */
export function hashInputs(patterns: readonly string[], root = process.cwd()): string {
  return sha256(
    inputFiles(patterns, root)
      .map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`)
      .join(''),
  )
}
