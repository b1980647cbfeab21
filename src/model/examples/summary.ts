import type { Example } from './example.ts'

/** A proof in one line: what was checked, on what, when, on which files. */
export interface ProofSummary {
  /** Checks that passed at every run. */
  readonly passed: number
  readonly total: number
  /** "Node 22.22.3 and 24.21.0", as `runtimeList` puts it. */
  readonly runtimes: string
  /** ISO 8601, UTC. */
  readonly date: string
  /** The first seven digits of the hash of the files that were run. */
  readonly hash: string
  /** Whether the files are still those that were run. */
  readonly current: boolean
}

/** Sums up the recorded proof of an example; undefined where it was never proven. */
export function proofSummary({ proof, hash }: Example): ProofSummary | undefined {
  if (!proof) return undefined
  const names = new Set(proof.runs.flatMap((run) => run.checks.map((check) => check.name)))
  const failed = new Set(
    proof.runs.flatMap((run) =>
      run.checks.filter((check) => !check.passed).map((check) => check.name),
    ),
  )
  return {
    passed: names.size - failed.size,
    total: names.size,
    runtimes: runtimeList(proof.runs.map((run) => run.runtime)),
    date: proof.date,
    hash: proof.hash.slice(0, 7),
    current: proof.hash === hash,
  }
}

/** How a proof is shown: all passed, its files have changed since, some failed, or there is none. */
export type ProofState = 'verified' | 'caveat' | 'wrong' | 'unproven'

/** The sign that stands beside the colour of a state: colour alone says nothing to many readers. */
export const proofMarks = { verified: '✓', caveat: '±', wrong: '✗', unproven: '?' }

/** A tick only where the files are those that were run. */
export function proofState(proof: ProofSummary | undefined): ProofState {
  if (!proof) return 'unproven'
  if (!proof.current) return 'caveat'
  return proof.passed === proof.total ? 'verified' : 'wrong'
}

/**
 * "Node 22.22.3" and "Node 24.21.0" become "Node 22.22.3 and 24.21.0". What stands behind a comma was there beside the
 * runtime: "Node 22.22.3, dev broker" and "Node 22.22.3, Kafka 4.3.1" become "Node 22.22.3, with its dev broker and with
 * Kafka 4.3.1"; "Node 22.22.3, over TCP" stays as it is.
 */
export function runtimeList(runtimes: readonly string[]): string {
  const byCompany = Map.groupBy(runtimes, (runtime) => runtime.split(', ')[1] ?? '')
  const byVersions = Map.groupBy(byCompany, ([company, all]) =>
    versionList(
      all.map((runtime) => (company ? runtime.slice(0, -`, ${company}`.length) : runtime)),
    ),
  )
  return [...byVersions]
    .map(([versions, groups]) => {
      const companies = groups.flatMap(([company]) => (company ? [said(company)] : []))
      return companies.length > 0 ? `${versions}, ${and.format(companies)}` : versions
    })
    .join('; ')
}

const and = new Intl.ListFormat('en', { type: 'conjunction' })

function versionList(runtimes: readonly string[]): string {
  const versions = Map.groupBy(runtimes, (runtime) => runtime.slice(0, runtime.lastIndexOf(' ')))
  return and.format(
    [...versions].map(
      ([name, all]) => `${name} ${and.format(all.map((one) => one.slice(name.length + 1)))}`,
    ),
  )
}

/** A proper name stands alone, a part of the example needs a word before it, and a way to run it says so itself. */
function said(company: string): string {
  if (/^(in|over) /.test(company)) return company
  return /^[a-z]/.test(company) ? `with its ${company}` : `with ${company}`
}
