import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/program.mjs'

/**
 * Copies what git has or would take of this repository into a folder, which becomes a repository too. Below this one, its
 * packages are found. Gives the paths.
 */
export function copyRepository(copy: string): string[] {
  const listing = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  const paths = listing.split('\0').filter(Boolean)
  for (const path of paths) cpSync(join(root, path), join(copy, path))
  execFileSync('git', ['init', '--quiet'], { cwd: copy })
  execFileSync('git', ['add', '--all'], { cwd: copy })
  return paths
}
