import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * The file that Node runs for a program. It is not the entry of `node_modules/.bin`, which Node cannot run on Windows. Like
 * run.mjs, which uses it, this file may only have syntax that Node 18 can parse.
 * @param {string} name a path in the repository, or the name of an installed package with a program of the same name
 * @returns {string | undefined} undefined when there is no such file or package
 */
export function findProgram(name) {
  if (/\.m?[jt]s$/.test(name)) return existsSync(join(root, name)) ? join(root, name) : undefined
  const folder = join(root, 'node_modules', name)
  if (!existsSync(join(folder, 'package.json'))) return undefined
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = typeof bin === 'string' ? bin : bin?.[name]
  return file && join(folder, file)
}
