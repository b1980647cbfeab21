/** What the tests of contracts share: a run held against its results and against what was recorded of it. */
import { expect } from 'vitest'
import type { CheckResult } from '../../contracts/run.ts'
import { proofOf, type Run } from '../../scripts/prove.ts'
import type { Example } from '../../src/model/examples/example.ts'
import { proofPath } from '../../src/model/examples/proof.ts'

export function expectPassed(results: readonly CheckResult[], name: string): void {
  const result = results.find((one) => one.name === name)
  if (!result?.passed) expect.fail(result?.error ?? 'the check was not run')
}

/** The recorded run on a runtime. Where there is none of its version, the test is skipped; under CI it fails. */
export function recordedRun(example: Example, runtime: string, skip: (note: string) => never) {
  const { proof } = example
  if (!proof) expect.fail(`There is no ${proofPath(example.id)}: run "npm run prove".`)
  const run = proof.runs.find((one) => one.runtime === runtime)
  if (run) return run
  const versions = proof.runs.map((one) => one.runtime).join(' and ')
  const note = `The proof was recorded on ${versions}, and this is ${runtime}.`
  if (process.env['CI'] === 'true') expect.fail(note)
  return skip(note)
}

export function proveAgain(example: Example): string {
  return `${proofPath(example.id)} says otherwise: run "npm run prove" and look at what has changed`
}

/** Fails unless the proof of an example is what comes of these runs, as far as they were made. */
export function expectProof(
  example: Example,
  runs: readonly Run[],
  skip: (note: string) => never,
): void {
  for (const { runtime } of runs) recordedRun(example, runtime, skip)
  const { proof } = example
  const runtimes = runs.map(({ runtime }) => runtime)
  expect(proofOf(example, runs, proof?.date ?? ''), proveAgain(example)).toEqual({
    ...proof,
    runs: proof?.runs.filter(({ runtime }) => runtimes.includes(runtime)),
  })
}
