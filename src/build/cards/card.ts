import type { TestResultSummary } from '../../model/examples/test-result-summary.ts'

/** The words on the picture of a page. */
export type Card = {
  readonly title: string
  readonly description: string
  /** The group of the menu that lists the page. */
  readonly section: string | undefined
  /** The test result of the example on the page. */
  readonly testResult: TestResultSummary | undefined
}

/** In pixels. Sites that show Open Graph pictures don't crop this size. */
export const size = { width: 1200, height: 630 }
