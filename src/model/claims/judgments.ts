import type { Claim } from './schema.ts'

/** What a record of the lab says about a claim. */
export interface Judgment {
  /** Only if the record decides them. */
  readonly verdicts?: Claim['verdicts']
  /** The reason, before what the sources say. */
  readonly finding: string
  /** Only if the record decides it. */
  readonly better?: string
  /** Id of the sentence that states the figures (src/model/lab/answers.ts). */
  readonly evidence: string
}

/** The judgment of each measured claim. */
export const judgments: Readonly<Record<string, () => Judgment>> = {}
