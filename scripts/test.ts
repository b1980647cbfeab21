/**
 * `npm test`: runs all parts, even after one has failed, and counts their tests.
 *
 *   npm test                     all parts
 *   npm test -- unit contract    only these parts
 *
 * Under `CI=true` a skipped test is a failure. The last line is `N passed, N failed`, with `, N skipped` if any were.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type Subprocess } from 'execa'
import { runPool } from './pool.ts'
import { findProgram, root } from './program.mjs'
import { summarize, type Result } from './summary.ts'
import { countTests } from './vitest-report.ts'

/** A program that passes or fails as a whole, or a project of vitest.config.ts, whose tests are counted. */
interface Part {
  readonly name: string
  /** The name of a package with a program, and its arguments. */
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

/**
 * Groups run one after another. Of a group, two parts run at a time, in this order. A part alone in its group uses every core.
 * The lab waits for its timers half of the time, so the checks next to it cost little time. The last part builds the site.
 */
const groups: readonly (readonly Part[])[] = [
  ['contract', 'unit', 'checks'].map(project),
  [
    project('lab'),
    check('types', 'astro', 'check', '--minimumFailingSeverity', 'warning'),
    check('eslint', 'eslint', '--max-warnings', '0', '.'),
    check('spelling', 'cspell', 'lint', '--no-progress', '--no-summary', '--quiet'),
    check('prettier', 'prettier', '--check', '.'),
    check('markdown', 'markdownlint-cli2'),
  ],
  [project('kafka')],
  [project('lean-bus')],
  [project('site')],
]
const parts = groups.flat()

/** A running program of a part. */
type Child = Pick<Subprocess, 'pid' | 'kill'>

const running = new Set<Child>()
const reports = mkdtempSync(join(tmpdir(), 'npm-test-'))

/** Runs a program. Resolves with its exit code, or the signal that ended it, and with its output, unless it is shown live. */
async function run(
  command: Part['command'],
  { isShown }: { isShown: boolean },
): Promise<{ exit: number | string; output: string }> {
  const [name, ...args] = command
  const program = findProgram(name)
  if (!program) return { exit: 1, output: `The package ${name} is not installed.` }
  const output = isShown ? 'inherit' : 'pipe'
  const child = execa(process.execPath, [program, ...args], {
    cwd: root,
    // A separate process group, so that a signal reaches everything that the part has started.
    detached: process.platform !== 'win32',
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    all: true,
    reject: false,
  })
  running.add(child)
  child.nodeChildProcess.on('exit', () => endGroup(child))
  const { exitCode, signal, all } = await child
  running.delete(child)
  return { exit: exitCode ?? signal ?? 1, output: all ?? '' }
}

/** Ends a program and all processes that it has started. */
function endGroup(child: Child): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill()
    else process.kill(-child.pid, 'SIGTERM')
  } catch {
    // The whole group has exited.
  }
}

/** Runs a part. Shows its output as it comes if it runs alone, otherwise at its end, so that two outputs don't mix. */
async function runPart(part: Part, isAlone: boolean): Promise<Result> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const file = join(reports, `${part.name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const heading = `\n── ${part.name} ${'─'.repeat(60 - part.name.length)}`
  if (isAlone) console.log(heading)
  const { exit, output } = await run(
    part.counts === 'tests' ? [...part.command, ...reporters] : part.command,
    { isShown: isAlone },
  )
  if (!isAlone) console.log(`${heading}\n${output.trim() || 'nothing to report'}`)

  if (part.counts === 'program') {
    const failed = exit === 0 ? [] : [`${part.command.join(' ')} exited with ${exit}`]
    return { name: part.name, seconds: seconds(), passed: exit === 0 ? 1 : 0, failed, skipped: [] }
  }

  return { name: part.name, seconds: seconds(), ...countTests(file, exit) }
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
  const results: Result[] = []
  for (const group of groups) {
    const chosen = group.filter(({ name }) => names.length === 0 || names.includes(name))
    const isAlone = chosen.length === 1
    results.push(...(await Promise.all(runPool(2, chosen, (part) => runPart(part, isAlone)))))
  }
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
