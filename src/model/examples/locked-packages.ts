import type { Example } from './example.ts'

/** Reads the number of packages from the text of a lockfile, by the file's name. */
const counters: Readonly<Record<string, (text: string) => number>> = {
  'package-lock.json': (text) => {
    const { packages = {} } = JSON.parse(text) as {
      packages?: Record<string, { dev?: boolean }>
    }
    return Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev).length
  },
  'requirements.txt': (text) => text.match(/^[\w.-]+(\[.*\])?==/gm)?.length ?? 0,
  // Every package but the example itself has a source.
  'Cargo.lock': (text) => text.match(/^source = /gm)?.length ?? 0,
}

/** The lockfile of an example and the number of packages in it, without those that only npm's development needs. */
export function lockedPackages({ files }: Pick<Example, 'files'>) {
  for (const { path, text = '' } of files) {
    const count = counters[path]?.(text)
    if (count !== undefined) return { path, count }
  }
  return undefined
}
