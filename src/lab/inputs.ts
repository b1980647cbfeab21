import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../model/examples/hash.ts'

/**
 * The files that decide a result, without the tests beside them: a line `<sha256 of the file>  <path>` for each, sorted by
 * path, as `sha256sum` prints them.
 */
export function inputLines(patterns: readonly string[], root = process.cwd()): readonly string[] {
  return globSync(patterns, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .sort()
    .map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`)
}
