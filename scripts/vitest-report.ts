/** Counts what Vitest's JSON reporter wrote. */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './program.mjs'
import type { Counts } from './summary.ts'

/** The part of the report that is read here; the format is Jest's. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: 'passed' | 'failed'
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/**
 * Counts a report. Without one, or when a signal has ended Vitest, nothing has passed.
 * @param file where the report should be
 * @param exit the exit code of Vitest, or the signal that ended it
 */
export function countTests(file: string, exit: number | string): Counts {
  if (!existsSync(file) || typeof exit === 'string') {
    return { passed: 0, failed: [`vitest ended with ${exit} and did not report`], skipped: [] }
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  let passed = 0
  const failed: string[] = []
  const skipped: string[] = []
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = relative(root, name)
    const before = failed.length
    for (const test of assertionResults) {
      if (test.status === 'passed') passed += 1
      else if (test.status === 'failed') failed.push(`${file}: ${test.fullName.trim()}`)
      else skipped.push(`${file}: ${test.fullName.trim()}`)
    }
    // A file that cannot be loaded, that dies or whose setup fails has failed without a failed test.
    if (status === 'failed' && failed.length === before)
      failed.push(`${file}: ${message || 'did not finish'}`)
  }
  // No test file at all, or an error outside any test.
  if (exit !== 0 && failed.length === 0)
    failed.push(`vitest ended with ${exit}; its message is above`)
  return { passed, failed, skipped }
}
