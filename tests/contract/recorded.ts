/** Assertions that compare the results of a contract with the recorded test result. */
import { expect } from 'vitest'
import type { CheckResult } from '../../contracts/run.ts'
import { toTestResult, type Run } from '../../scripts/prove.ts'
import type { Example } from '../../src/model/examples/example.ts'
import { testResultPath } from '../../src/model/examples/test-result.ts'

export function expectPassed(results: readonly CheckResult[], name: string): void {
  const result = results.find((one) => one.name === name)
  if (!result?.passed) expect.fail(result?.error ?? 'The check did not run.')
}

/**
 * Finds the recorded run on a runtime. If there is none, the test is skipped, or fails in CI. Versions of Node must be equal,
 * since the repository pins them. Python and Rust are those of the machine, and the lockfile of the example pins the rest.
 */
export function findRecordedRun(example: Example, runtime: string, skip: (note: string) => never) {
  const { testResult, manifest } = example
  const isSame = (one: string, other: string) =>
    manifest.runtime === 'node' ? one === other : one.split(' ')[0] === other.split(' ')[0]
  if (!testResult) expect.fail(`There is no ${testResultPath(example.id)}: run "npm run prove".`)
  const run = testResult.runs.find((one) => isSame(one.runtime, runtime))
  if (run) return run
  const versions = testResult.runs.map((one) => one.runtime).join(' and ')
  const note = `The test result was recorded on ${versions}, and this is ${runtime}.`
  if (process.env['CI'] === 'true') expect.fail(note)
  return skip(note)
}

/** The message when a run differs from the recorded one. */
export function describeStaleResult(example: Example): string {
  return `${testResultPath(example.id)} differs. Run "npm run prove" and review the changes.`
}

/** Fails unless these runs give the recorded test result. Runtimes without a run are ignored. */
export function expectTestResult(
  example: Example,
  runs: readonly Run[],
  skip: (note: string) => never,
): void {
  const named = runs.map((run) => ({
    ...run,
    runtime: findRecordedRun(example, run.runtime, skip).runtime,
  }))
  const { testResult } = example
  const runtimes = named.map(({ runtime }) => runtime)
  const result = { ...toTestResult(example, named), date: testResult?.date }
  expect(result, describeStaleResult(example)).toEqual({
    ...testResult,
    runs: testResult?.runs.filter(({ runtime }) => runtimes.includes(runtime)),
  })
}
