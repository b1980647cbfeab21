import type { Tone } from '../tone.ts'
import type { Example } from './example.ts'

/** A test result in one line. */
export type TestResultSummary = NonNullable<ReturnType<typeof summarizeTestResult>>

/** Sums up the recorded test result of an example. Returns undefined where none is recorded. */
export function summarizeTestResult({ testResult, hash }: Example) {
  if (!testResult) return undefined
  const { runs, date, hash: tested } = testResult
  const checks = runs.flatMap((run) => run.checks)
  const names = new Set(checks.map(({ name }) => name))
  const failed = new Set(checks.filter(({ passed }) => !passed).map(({ name }) => name))
  return {
    /** Number of checks that passed in every run. */
    passed: names.size - failed.size,
    total: names.size,
    /** "Node 22.22.3 and 24.21.0". */
    runtimes: formatRuntimes(runs.map(({ runtime }) => runtime)),
    /** ISO 8601, UTC. */
    date,
    /** The first seven digits of the hash of the tested files. */
    hash: tested.slice(0, 7),
    /** Whether the files are still the ones that were tested. */
    current: tested === hash,
  }
}

/** Verified only if every check passed on the files as they are now. */
export function toneOf(summary: TestResultSummary | undefined): Tone {
  if (!summary) return 'unproven'
  if (!summary.current) return 'caveat'
  return summary.passed === summary.total ? 'verified' : 'wrong'
}

/**
 * Joins the names of runtimes: "Node 22.22.3" and "Node 24.21.0" become "Node 22.22.3 and 24.21.0". The words after a comma
 * name the setup of a run: "Node 22.22.3, dev broker" and "Node 22.22.3, Kafka 4.3.1" become "Node 22.22.3, with its dev
 * broker and with Kafka 4.3.1"; "Node 22.22.3, over TCP" stays the same.
 */
export function formatRuntimes(runtimes: readonly string[]): string {
  const bySetup = Map.groupBy(runtimes, (runtime) => runtime.split(', ')[1] ?? '')
  const byVersions = Map.groupBy(bySetup, ([setup, all]) =>
    formatVersions(
      all.map((runtime) => (setup ? runtime.slice(0, -`, ${setup}`.length) : runtime)),
    ),
  )
  return [...byVersions]
    .map(([versions, groups]) => {
      const setups = groups.flatMap(([setup]) => (setup ? [formatSetup(setup)] : []))
      return setups.length > 0 ? `${versions}, ${and.format(setups)}` : versions
    })
    .join('; ')
}

const and = new Intl.ListFormat('en', { type: 'conjunction' })

function formatVersions(runtimes: readonly string[]): string {
  const versions = Map.groupBy(runtimes, (runtime) => runtime.slice(0, runtime.lastIndexOf(' ')))
  return and.format(
    [...versions].map(
      ([name, all]) => `${name} ${and.format(all.map((one) => one.slice(name.length + 1)))}`,
    ),
  )
}

/** Adds "with" before a product name and "with its" before a part of the example. "in …" and "over …" need neither. */
function formatSetup(setup: string): string {
  if (/^(in|over) /.test(setup)) return setup
  return /^[a-z]/.test(setup) ? `with its ${setup}` : `with ${setup}`
}
