import { copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { quickChecks, record } from '../../contracts/http/index.ts'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import type { ColdStartRun } from './record.ts'
import { argv, programs, sessions, type Line } from './sessions.ts'

/**
 * Runs all sessions in the folder of the example, then the contract.
 *
 * @param directory the published form of the example, in an otherwise empty folder that the sessions write to
 * @throws Error if a line fails that should succeed, or the other way around
 */
export async function runColdStart(
  directory: string,
  runtime: Runtime,
): Promise<{ run: ColdStartRun; checks: readonly CheckResult[] }> {
  for (const program of programs) {
    copyFileSync(new URL(program, import.meta.url), join(directory, program))
  }
  const outputs: Record<string, string[]> = {}
  for (const { id, lines } of sessions) {
    outputs[id] = await Array.fromAsync(lines, (line) => runLine(line, directory, runtime))
  }
  const results = await checkContract(directory, runtime)
  const passed = results.filter((result) => result.passed).length
  return {
    run: { runtime: runtime.name, outputs, contract: { passed, total: results.length } },
    checks: results,
  }
}

/** Starts the bundle that the sessions built, on any free port. */
export function startBundle(
  command: readonly string[],
  directory: string,
  runtime: Runtime,
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  return startProgram({ argv: command, directory, env: { ...environmentOf(runtime), ...env } })
}

async function checkContract(directory: string, runtime: Runtime): Promise<CheckResult[]> {
  await using program = await startBundle(argv, directory, runtime)
  return await runChecks(quickChecks, record(program.target))
}

/** Runs a line in a shell and resolves with the part of its output that readers see. */
async function runLine({ line, shows }: Line, directory: string, runtime: Runtime) {
  const { failed, exitCode, stdout, stderr } = await execa(line, {
    shell: true,
    cwd: directory,
    env: { ...environmentOf(runtime), PORT: '0' },
    extendEnv: false,
    reject: false,
  })
  if (failed !== (shows === 'error')) {
    throw new Error(
      `"${line}" exited with code ${exitCode} on ${runtime.name}:\n${stdout}${stderr}`,
    )
  }
  if (shows === 'nothing') return ''
  return stable(shows === 'error' ? errorOf(stderr) : stdout, dirname(directory))
}

/** The line of a stack trace that names the error. */
function errorOf(stderr: string): string {
  return stderr.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? ''
}

/** Removes from an output what differs between runs and machines. */
function stable(output: string, around: string): string {
  return output
    .replaceAll(around, '')
    .replaceAll(/(?<=http:\/\/127\.0\.0\.1:)\d+/g, '3000')
    .trim()
}
