/** Drops files from the page cache of Linux, without being root. */
import { execa } from 'execa'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('drop.py', import.meta.url))

export interface PageCacheTools {
  readonly python: string
  /** Of util-linux. It asks the kernel which pages are in memory (mincore). */
  readonly fincore: string
}

/**
 * Drops the pages of all files in a folder. Names and attributes of files stay in memory, and so does the runtime.
 *
 * @returns the size of the files, and what is in memory afterwards, in bytes
 */
export async function dropPages({ python, fincore }: PageCacheTools, directory: string) {
  await execa(python, [program, directory])
  const line = `find . -type f -size +0 -print0 | xargs -0 "$0" --bytes --noheadings --output SIZE,RES`
  const { stdout } = await execa('sh', ['-c', line, fincore], { cwd: directory })
  return addPages(stdout)
}

/** Adds up the output of fincore: a line with size and resident bytes for each file. */
export function addPages(output: string) {
  let [size, resident] = [0, 0]
  for (const line of output.trim().split('\n')) {
    const [bytes = 0, inMemory = 0] = line.trim().split(/\s+/).map(Number)
    size += bytes
    resident += inMemory
  }
  return { size, resident }
}
