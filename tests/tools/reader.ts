import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, delimiter } from 'node:path'
import { text } from 'node:stream/consumers'
import { checks, edges, record } from '../../contracts/http.ts'
import { startProgram } from '../../contracts/program.ts'
import { runContract } from '../../contracts/run.ts'

/**
 * The environment of a reader's shell: without what npm, Vitest and this repository put into ours, and with a given Node first
 * on PATH.
 *
 * @param node the path of the Node program; ours when it is left out
 */
export function readerEnv(node = process.execPath): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|NODE_|VITEST|INIT_CWD|TEST$|DEV$|PROD$|MODE$)/i.test(name),
    ),
  )
  const path = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  return { ...env, PATH: [dirname(node), ...path].join(delimiter) }
}

/** Runs a shell line to its end. @throws Error with its output when it fails */
export async function run(line: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('sh', ['-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await closed) as [number | null]
  if (code !== 0) throw new Error(`${line} ended with ${code}:\n${out}${err}`)
}

/** Starts a service and runs the whole HTTP contract against it: the checks that failed, with their reasons. */
export async function failuresOf(
  argv: readonly string[],
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  await using program = await startProgram({ argv, directory, env })
  const { checks: results } = await runContract({ checks, edges }, record(program.target))
  return results.filter(({ passed }) => !passed).map(({ name, error }) => `${name}: ${error}`)
}
