import { spawnSync } from 'node:child_process'
import { findProgram, root } from '../../scripts/program.mjs'

/** What a program wrote, both streams together, and its exit code; null when a signal has ended it. */
export interface Ended {
  readonly output: string
  readonly code: number | null
}

/** Runs the program of an installed package as `npm test` does: in the repository's folder, with its configuration there. */
export function runProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ended {
  const program = findProgram(name)
  if (!program) throw new Error(`${name} is not installed`)
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  return { output: stdout + stderr, code: status }
}
