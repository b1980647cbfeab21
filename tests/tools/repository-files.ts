import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/program.mjs'

/** The paths of all files that git tracks in this repository, or would track after `git add`. */
export function repositoryFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listing = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  return listing.split('\0').filter((path) => path && existsSync(join(root, path)))
}
