/** The summary at the end of `npm test`. */

/** The number of passed tests, and the names of the others. */
export interface Counts {
  readonly passed: number
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

/** The result of a part. A program that passes or fails as a whole counts as one test. */
export interface Result extends Counts {
  readonly name: string
  readonly seconds: number
}

/**
 * The failed and skipped tests by name, a table, and as the last line `N passed, N failed`, with `, N skipped` if any were.
 * @param seconds the duration of all parts together, some of which run concurrently
 * @param strict whether a skipped test is a failure
 */
export function summarize(
  results: readonly Result[],
  seconds: number,
  strict: boolean,
): { text: string; exitCode: 0 | 1 } {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const passed = sum(results.map((result) => result.passed))
  const failed = sum(results.map((result) => result.failed.length))
  const skipped = sum(results.map((result) => result.skipped.length))
  const failures = strict ? failed + skipped : failed

  const names = results.flatMap((result) => [
    ...result.failed.map((test) => `FAILED   ${result.name}: ${test}`),
    ...result.skipped.map((test) => `SKIPPED  ${result.name}: ${test}`),
  ])
  const table = [
    row('part', 'seconds', 'passed', 'failed', 'skipped'),
    ...results.map((r) =>
      row(r.name, r.seconds.toFixed(1), r.passed, r.failed.length, r.skipped.length),
    ),
    row('all', seconds.toFixed(1), passed, failed, skipped),
  ]
  const note = strict && skipped > 0 ? ['', 'Under CI a skipped test is a failure.'] : []
  const rest = strict || skipped === 0 ? '' : `, ${skipped} skipped`
  const last = `${passed} passed, ${failures} failed${rest}`
  return {
    text: [...names, '', ...table, ...note, '', last].join('\n').trimStart(),
    exitCode: failures === 0 ? 0 : 1,
  }
}

/** One line of the table. */
function row(name: string, ...cells: readonly (string | number)[]): string {
  return name.padEnd(12) + cells.map((cell) => String(cell).padStart(9)).join('')
}
