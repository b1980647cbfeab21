/** What the tests of contracts share: a run held against its results and against what was recorded of it. */
import { expect } from 'vitest'
import type { CheckResult } from '../../contracts/run.ts'
import { toTestResult, type Run } from '../../scripts/prove.ts'
import type { Example } from '../../src/model/examples/example.ts'
import { testResultPath } from '../../src/model/examples/test-result.ts'

export function expectPassed(results: readonly CheckResult[], name: string): void {
  const result = results.find((one) => one.name === name)
  if (!result?.passed) expect.fail(result?.error ?? 'the check was not run')
}

/** The recorded run on a runtime. Where there is none of its version, the test is skipped; under CI it fails. */
export function recordedRun(example: Example, runtime: string, skip: (note: string) => never) {
  const { testResult } = example
  if (!testResult) expect.fail(`There is no ${testResultPath(example.id)}: run "npm run prove".`)
  const run = testResult.runs.find((one) => one.runtime === runtime)
  if (run) return run
  const versions = testResult.runs.map((one) => one.runtime).join(' and ')
  const note = `The proof was recorded on ${versions}, and this is ${runtime}.`
  if (process.env['CI'] === 'true') expect.fail(note)
  return skip(note)
}

export function proveAgain(example: Example): string {
  return `${testResultPath(example.id)} says otherwise: run "npm run prove" and look at what has changed`
}

/** Fails unless the proof of an example is what comes of these runs, as far as they were made. */
export function expectTestResult(
  example: Example,
  runs: readonly Run[],
  skip: (note: string) => never,
): void {
  for (const { runtime } of runs) recordedRun(example, runtime, skip)
  const { testResult } = example
  const runtimes = runs.map(({ runtime }) => runtime)
  expect(toTestResult(example, runs, testResult?.date ?? ''), proveAgain(example)).toEqual({
    ...testResult,
    runs: testResult?.runs.filter(({ runtime }) => runtimes.includes(runtime)),
  })
}
