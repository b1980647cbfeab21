import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/program.mjs'
import { repositoryFiles } from './repository-files.ts'

/**
 * Copies the files and the history of this repository into an empty folder. Programs in a copy below this repository find its
 * installed packages. Returns the paths of the copied files.
 */
export function copyRepository(copy: string): string[] {
  const paths = repositoryFiles()
  execFileSync('git', ['clone', '--quiet', '--no-checkout', root, copy])
  for (const path of paths) cpSync(join(root, path), join(copy, path))
  execFileSync('git', ['add', '--all'], { cwd: copy })
  return paths
}
