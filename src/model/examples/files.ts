import { isUtf8 } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PlacedError } from '../placed-error.ts'
import { parseRegions, type Region } from './regions.ts'

/** A file of the published form. */
export interface ExampleFile {
  /** Relative to the example's folder, with forward slashes. */
  readonly path: string
  /** Permission bits: 0o644 or 0o755, as in git. */
  readonly mode: number
  readonly bytes: Uint8Array
  /** The content of a text file. Undefined for a binary file. */
  readonly text: string | undefined
  readonly regions: readonly Region[]
}

/** The manifest describes the example to this repository and isn't part of the published form. */
export const manifestName = 'example.json'

/**
 * Reads the published form of an example: the files in the working tree that git tracks in `examples/<id>/`, without the
 * manifest and the marker lines of regions, sorted by path.
 *
 * @throws PlacedError for a symbolic link, a missing tracked file, or an invalid region
 */
export function publishedFiles(id: string, root: string): ExampleFile[] {
  const folder = `examples/${id}`
  const regionFiles = new Map<string, string>()

  return trackedFiles(folder, root)
    .filter(({ path }) => path !== manifestName)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, mode }) => {
      const file = `${folder}/${path}`
      if (mode === '120000') {
        throw new PlacedError(
          { file },
          'an example cannot have a symbolic link',
          'Replace it with the file it points to.',
        )
      }
      const raw = readTracked(file, root)
      const permissions = mode === '100755' ? 0o755 : 0o644
      if (!isUtf8(raw) || raw.includes(0)) {
        return { path, mode: permissions, bytes: raw, text: undefined, regions: [] }
      }
      const { text, regions } = parseRegions(file, raw.toString('utf8'))
      for (const region of regions) {
        const other = regionFiles.get(region.name)
        if (other) {
          throw new PlacedError(
            { file, line: region.markerLine },
            `region "${region.name}" is in ${other} already`,
            'Names are unique within an example: rename one of the two.',
          )
        }
        regionFiles.set(region.name, path)
      }
      return { path, mode: permissions, bytes: Buffer.from(text), text, regions }
    })
}

/** Writes files into a folder and creates missing folders. */
export function writeFiles(files: readonly ExampleFile[], folder: string): void {
  for (const { path, mode, bytes } of files) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, bytes, { mode })
  }
}

function trackedFiles(folder: string, root: string): { mode: string; path: string }[] {
  const listing = execFileSync('git', ['ls-files', '--stage', '-z', '--', '.'], {
    cwd: join(root, folder),
    encoding: 'utf8',
  })
  return [...listing.matchAll(/(\d+)[^\t]*\t([^\0]+)\0/g)].map(([, mode = '', path = '']) => ({
    mode,
    path,
  }))
}

function readTracked(file: string, root: string): Buffer {
  const path = join(root, file)
  if (existsSync(path)) return readFileSync(path)
  throw new PlacedError(
    { file },
    'git tracks this file, but it does not exist',
    'Restore it, or remove it with "git rm".',
  )
}
