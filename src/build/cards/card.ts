import type { ProofSummary } from '../../model/examples/summary.ts'

/** What the picture of a page says. */
export type Card = {
  readonly title: string
  readonly description: string
  /** The group of the menu that the page stands in. */
  readonly section: string | undefined
  /** What was proven of the example on the page. */
  readonly proof: ProofSummary | undefined
}

/** In pixels: the size that Open Graph readers cut nothing from. */
export const size = { width: 1200, height: 630 }
