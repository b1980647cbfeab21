import { execaSync, type Options } from 'execa'
import { findProgram, root } from '../../scripts/program.mjs'

/** Runs a program to its end without failing for its exit code. stdout and stderr are also joined as `all`. */
export const run = (
  file: string,
  args: readonly string[],
  options: Pick<Options, 'cwd' | 'env' | 'extendEnv'> = {},
) => execaSync(file, args, { all: true, reject: false, stripFinalNewline: false, ...options })

/** Runs the program of an installed package as `npm test` does: in the repository's folder, with its configuration there. */
export function runProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const program = findProgram(name)
  if (!program) throw new Error(`The package ${name} is not installed.`)
  return run(process.execPath, [program, ...args], { cwd: root, env: { NO_COLOR: '1', ...env } })
}
