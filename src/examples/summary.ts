import type { Example } from './example.ts'

/** A proof in one line: what was checked, on what, when, on which files. */
export interface ProofSummary {
  /** Checks that passed at every run. */
  readonly passed: number
  readonly total: number
  /** "Node 22.22.3 and 24.21.0" */
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

/** "Node 22.22.3" and "Node 24.21.0" become "Node 22.22.3 and 24.21.0". */
export function runtimeList(runtimes: readonly string[]): string {
  const versions = Map.groupBy(runtimes, (runtime) => runtime.slice(0, runtime.lastIndexOf(' ')))
  const and = new Intl.ListFormat('en', { type: 'conjunction' })
  return and.format(
    [...versions].map(
      ([name, all]) => `${name} ${and.format(all.map((one) => one.slice(name.length + 1)))}`,
    ),
  )
}
