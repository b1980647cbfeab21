/**
 * `npm test`: runs every part, also after one has failed, and counts.
 *
 *   npm test                     everything
 *   npm test -- unit contract    only these parts
 *
 * Under `CI=true` a skipped test is a failure. The last line is `N passed, N failed`, and `, N skipped` if any were.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { findProgram, root } from './program.mjs'

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

/** Independent and single-threaded: run two at a time. */
const checks = [
  check('prettier', 'prettier', '--check', '.'),
  check('markdown', 'markdownlint-cli2'),
  check('spelling', 'cspell', 'lint', '--no-progress', '--no-summary', '--quiet'),
  check('eslint', 'eslint', '--max-warnings', '0', '.'),
  check(
    'types',
    'astro',
    'check',
    '--minimumSeverity',
    'warning',
    '--minimumFailingSeverity',
    'warning',
  ),
]
/** Run one after another: each uses every core, and the last two build the site. */
const projects = ['unit', 'checks', 'contract', 'site', 'firefox'].map(project)

const parts = [...checks, ...projects]

/** What came of a part. */
interface Result {
  readonly name: string
  readonly seconds: number
  readonly passed: number
  /** The name of each test that failed, or a sentence about the program that did. */
  readonly failed: readonly string[]
  /** The name of each test that was skipped. */
  readonly skipped: readonly string[]
}

/** The part of Vitest's JSON report that is read here; the format is Jest's. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: 'passed' | 'failed'
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

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
  if (!program)
    throw new Error(`The package ${name} is not installed. Run npm test, which installs it.`)
  return new Promise((resolve, reject) => {
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
    child.on('error', reject)
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
  const report = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport)
    : undefined
  return { name: part.name, seconds: seconds(), ...count(report, exit) }
}

/** Counts a report. Without one, or when Vitest was ended by a signal, nothing has passed. */
function count(
  report: VitestReport | undefined,
  exit: number | string,
): Pick<Result, 'passed' | 'failed' | 'skipped'> {
  if (!report || typeof exit === 'string') {
    return { passed: 0, failed: [`vitest ended with ${exit} and did not report`], skipped: [] }
  }
  let passed = 0
  const failed: string[] = []
  const skipped: string[] = []
  for (const file of report.testResults) {
    const name = relative(root, file.name)
    const before = failed.length
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1
      else if (test.status === 'failed') failed.push(`${name}: ${test.fullName.trim()}`)
      else skipped.push(`${name}: ${test.fullName.trim()}`)
    }
    // A file that cannot be loaded, or whose setup fails, has failed without a failed test.
    if (file.status === 'failed' && failed.length === before)
      failed.push(`${name}: ${file.message}`)
  }
  // No test file at all, or an error outside any test.
  if (exit !== 0 && failed.length === 0)
    failed.push(`vitest ended with ${exit}; its message is above`)
  return { passed, failed, skipped }
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

/** A table of plain text: the first column to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    )
    .join('\n')
}

/** Prints failed and skipped tests by name, the table and the last line. Returns the exit code. */
function summarize(results: readonly Result[], seconds: number): number {
  console.log('')
  for (const { name, failed, skipped } of results) {
    for (const test of failed) console.log(`FAILED   ${name}: ${test}`)
    for (const test of skipped) console.log(`SKIPPED  ${name}: ${test}`)
  }
  const sum = (values: (result: Result) => number) =>
    results.reduce((total, result) => total + values(result), 0)
  const passed = sum((result) => result.passed)
  const skipped = sum((result) => result.skipped.length)
  const failed = sum((result) => result.failed.length)
  const row = (name: string, time: number, ...counts: number[]) => [
    name,
    time.toFixed(1),
    ...counts.map(String),
  ]
  console.log(
    table([
      ['part', 'seconds', 'passed', 'failed', 'skipped'],
      ...results.map((r) => row(r.name, r.seconds, r.passed, r.failed.length, r.skipped.length)),
      row('all', seconds, passed, failed, skipped),
    ]),
  )
  const strict = process.env['CI'] === 'true'
  if (strict && skipped > 0) console.log('\nUnder CI a skipped test is a failure.')
  const failures = strict ? failed + skipped : failed
  const rest = strict || skipped === 0 ? '' : `, ${skipped} skipped`
  console.log(`\n${passed} passed, ${failures} failed${rest}`)
  return failures === 0 ? 0 : 1
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
  return summarize(results, (performance.now() - began) / 1000)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    running.forEach(endGroup)
    process.exit(128 + constants.signals[signal])
  })
}
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))
process.exitCode = await main(process.argv.slice(2))
