import { dirname } from 'node:path/posix'
import type { Example } from './example.ts'
import { codeLines } from './regions.ts'

/** The number of code lines in each folder below `src`, without blank lines and tests, sorted by folder. */
export function linesPerFolder({ files }: Pick<Example, 'files'>): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  for (const { path, text = '' } of files) {
    if (!/^src\/(?!.*\.test\.).*\.ts$/.test(path)) continue
    const folder = dirname(path)
    lines.set(folder, (lines.get(folder) ?? 0) + codeLines(text))
  }
  return new Map([...lines].sort(([a], [b]) => (a < b ? -1 : 1)))
}
