/** Counts the tests in a report of Vitest's JSON reporter. */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { JsonTestResults } from 'vitest/node'
import { root } from './program.mjs'
import type { Counts } from './summary.ts'

/**
 * Counts the tests of a report. Without a report, or when a signal has ended Vitest, no test counts as passed.
 * @param file the path of the report
 * @param exit the exit code of Vitest, or the signal that ended it
 */
export function countTests(file: string, exit: number | string): Counts {
  if (!existsSync(file) || typeof exit === 'string') {
    return { passed: 0, failed: [`vitest exited with ${exit} and wrote no report`], skipped: [] }
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as JsonTestResults
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
    // A file that cannot be loaded, whose process is killed or whose setup fails has no failed test of its own.
    if (status === 'failed' && failed.length === before)
      failed.push(`${file}: ${message || 'the test file did not finish'}`)
  }
  // There is no test file at all, or an error happened outside every test.
  if (exit !== 0 && failed.length === 0)
    failed.push(`vitest exited with ${exit}; its message is above`)
  return { passed, failed, skipped }
}
