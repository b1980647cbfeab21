/** Measures what is deployed. */
import { execa } from 'execa'
import type { TimingsRecord } from './record.ts'

/**
 * Counts the files of a folder and adds up their sizes.
 *
 * @param exceptions an expression of `find` that leaves files out
 */
export async function weigh(path: string, exceptions: readonly string[] = []) {
  const { stdout } = await execa('find', [path, ...exceptions, '-type', 'f', '-printf', '%s\n'])
  const sizes = stdout.split('\n').map(Number)
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Measures the runtimes, which a deployment's folder does not hold: Node's program, and Python's with the standard library. */
export async function weighRuntimes(python: string): Promise<TimingsRecord['runtimes']> {
  const program = `import os, sys, sysconfig
print(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"), sep="\\n")`
  const { stdout } = await execa(python, ['-c', program])
  const [interpreter = '', library = ''] = stdout.split('\n')
  const rest = '( -name site-packages -o -name test -o -name config-* ) -prune -o'.split(' ')
  const sizes = [weigh(process.execPath), weigh(interpreter), weigh(library, rest)]
  const [node = 0, binary = 0, modules = 0] = (await Promise.all(sizes)).map(({ bytes }) => bytes)
  return { node, python: binary + modules }
}
