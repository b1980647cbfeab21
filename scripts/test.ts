/**
 * `npm test`: runs every part, also after one has failed, and counts.
 *
 *   npm test                     everything that the site rests on
 *   npm test -- unit contract    only these parts
 *
 * Under `CI=true` a skipped test is a failure. The last line is `N passed, N failed`, and `, N skipped` if any were.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, root } from './program.mjs'
import { summarize, type Result } from './summary.ts'
import { countTests } from './vitest-report.ts'

/** A part is a program that passes or fails as a whole, or a project of vitest.config.ts, whose tests are counted. */
interface Part {
  readonly name: string
  /** The package whose program is run, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]]
  readonly counts: 'program' | 'tests'
}

const check = (name: string, ...command: Part['command']): Part => ({
  name,
  command,
  counts: 'program',
})
const project = (name: string): Part => ({
  name,
  command: ['vitest', 'run', '--project', name],
  counts: 'tests',
})

/** Independent and single-threaded: run two at a time, the slowest first. */
const checks = [
  check('types', 'astro', 'check', '--minimumFailingSeverity', 'warning'),
  check('prettier', 'prettier', '--check', '.'),
  check('markdown', 'markdownlint-cli2'),
  check('spelling', 'cspell', 'lint', '--no-progress', '--no-summary', '--quiet'),
  check('eslint', 'eslint', '--max-warnings', '0', '.'),
]
/** Run one after another: each uses every core. The last builds the site. */
const projects = ['unit', 'checks', 'contract', 'kafka', 'lean-bus', 'site'].map(project)

const parts = [...checks, ...projects]

const running = new Set<ChildProcess>()
const reports = mkdtempSync(join(tmpdir(), 'npm-test-'))

/**
 * Runs a program to its end. Resolves with its exit code, or the signal that ended it, and with its output, unless that was
 * shown as it came.
 */
function run(
  command: Part['command'],
  { show }: { show: boolean },
): Promise<{ exit: number | string; output: string }> {
  const [name, ...args] = command
  const program = findProgram(name)
  if (!program) return Promise.resolve({ exit: 1, output: `The package ${name} is not installed.` })
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      // A process group of its own, so that everything that a part has started can be ended with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.on('error', (error) => resolve({ exit: 1, output: error.message }))
    child.on('exit', () => endGroup(child))
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({ exit: code ?? signal ?? 1, output })
    })
  })
}

/** Ends a program and what it has started. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill()
    else process.kill(-child.pid, 'SIGTERM')
  } catch {
    // Nothing of it is left.
  }
}

async function runPart(part: Part): Promise<Result> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const heading = `\n── ${part.name} ${'─'.repeat(60 - part.name.length)}`

  if (part.counts === 'program') {
    const { exit, output } = await run(part.command, { show: false })
    console.log(`${heading}\n${output.trim() || 'nothing to report'}`)
    const failed = exit === 0 ? [] : [`${part.command.join(' ')} ended with ${exit}`]
    return { name: part.name, seconds: seconds(), passed: exit === 0 ? 1 : 0, failed, skipped: [] }
  }

  console.log(heading)
  const file = join(reports, `${part.name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { exit } = await run([...part.command, ...reporters], { show: true })
  return { name: part.name, seconds: seconds(), ...countTests(file, exit) }
}

/** Runs the functions, at most `limit` at the same time; resolves with their results in the order given. */
async function pool<T>(limit: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  const queue = tasks.entries()
  const worker = async () => {
    for (const [index, task] of queue) results[index] = await task()
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name))
  if (unknown.length > 0) {
    const list = parts.map((part) => part.name).join(', ')
    console.error(
      `No part ${unknown.map((name) => `"${name}"`).join(', ')}. The parts are: ${list}.`,
    )
    return 1
  }
  const began = performance.now()
  const chosen = (list: readonly Part[]) =>
    list
      .filter((part) => names.length === 0 || names.includes(part.name))
      .map((part) => () => runPart(part))
  const results = [...(await pool(2, chosen(checks))), ...(await pool(1, chosen(projects)))]
  const seconds = (performance.now() - began) / 1000
  const { text, exitCode } = summarize(results, seconds, process.env['CI'] === 'true')
  console.log(`\n${text}`)
  return exitCode
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    running.forEach(endGroup)
    process.exit(128 + constants.signals[signal])
  })
}
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))
process.exitCode = await main(process.argv.slice(2))
