import { exec } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quickChecks, record } from '../../contracts/http/index.ts'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import { argv, programs, sessions, type Line } from './sessions.ts'

/** What the sessions printed on one version of Node, and how the contract went on what they have built. */
export interface ColdStartRun {
  /** With its full version: "Node 24.21.0". */
  readonly runtime: string
  /** By session, a text for each of its lines; empty for a line that shows nothing. */
  readonly outputs: Readonly<Record<string, readonly string[]>>
  /** Of the contract without the slow checks of bounded stores, against the bundle. */
  readonly contract: { readonly passed: number; readonly total: number }
}

/** The runs as they lie in `lab/cold-start/record.json`. */
export interface ColdStartRecord {
  readonly schema: 1
  readonly example: string
  /** Of the example's published form that was run. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly date: string
  readonly runs: readonly ColdStartRun[]
}

/**
 * Runs all sessions in the folder of the example, then the contract.
 *
 * @param directory the published form of the example; the folder around it is used as well, and should be empty
 * @throws Error when a line ends otherwise than its session says
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
    const texts: string[] = []
    for (const line of lines) texts.push(await runLine(line, directory, runtime))
    outputs[id] = texts
  }
  const results = await checkContract(directory, runtime)
  const passed = results.filter((result) => result.passed).length
  return {
    run: { runtime: runtime.name, outputs, contract: { passed, total: results.length } },
    checks: results,
  }
}

/** Starts what the sessions have built. Its port is any free one. */
export function startBundle(
  command: readonly string[],
  directory: string,
  runtime: Runtime,
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  return startProgram({ argv: command, directory, env: { ...environmentOf(runtime), ...env } })
}

/** How many files lie in a folder and below it; none where there is no folder. */
export function countFiles(folder: string): number {
  if (!existsSync(folder)) return 0
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

async function checkContract(directory: string, runtime: Runtime): Promise<CheckResult[]> {
  await using program = await startBundle(argv, directory, runtime)
  return await runChecks(quickChecks, record(program.target))
}

/** Runs a line in a shell and resolves with what a reader is shown of its output. */
function runLine({ line, shows }: Line, directory: string, runtime: Runtime): Promise<string> {
  const env = { ...environmentOf(runtime), PORT: '0' }
  return new Promise((resolve, reject) => {
    exec(line, { cwd: directory, env }, (error, stdout, stderr) => {
      if ((error !== null) !== (shows === 'error')) {
        const code = error?.code ?? 0
        reject(new Error(`"${line}" ended with ${code} on ${runtime.name}:\n${stdout}${stderr}`))
      } else if (shows === 'nothing') resolve('')
      else resolve(stable(shows === 'error' ? errorOf(stderr) : stdout, dirname(directory)))
    })
  })
}

/** The line of a stack trace that names the error. */
function errorOf(stderr: string): string {
  return stderr.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? ''
}

/** An output without what differs from run to run and from machine to machine. */
function stable(output: string, around: string): string {
  return output
    .replaceAll(around, '')
    .replaceAll(/(?<=http:\/\/127\.0\.0\.1:)\d+/g, '3000')
    .trim()
}
