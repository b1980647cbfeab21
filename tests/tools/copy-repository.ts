import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/program.mjs'

/**
 * Copies what git has or would take of this repository, and its history, into an empty folder. Below this one, its packages
 * are found. Gives the paths.
 */
export function copyRepository(copy: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listing = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  const paths = listing.split('\0').filter((path) => path && existsSync(join(root, path)))
  execFileSync('git', ['clone', '--quiet', '--no-checkout', root, copy])
  for (const path of paths) cpSync(join(root, path), join(copy, path))
  execFileSync('git', ['add', '--all'], { cwd: copy })
  return paths
}
