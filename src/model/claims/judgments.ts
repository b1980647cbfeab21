import { countSavings, describeSavings } from '../lab/cost.ts'
import { readHttpRecord } from '../lab/http.ts'
import { judgeConcurrency, judgePeak } from './judge-async.ts'
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
export const judgments: Readonly<Record<string, () => Judgment>> = {
  c04: () => judgeConcurrency(readHttpRecord()),
  c05: () => judgePeak(readHttpRecord()),
  c11: judgeRust,
}

/** Rust against the other languages. CPU time isn't money, so the verdict stays with the reports of costs. */
function judgeRust(): Judgment {
  const record = readHttpRecord()
  const meaning = {
    all: 'That is at least half, whichever of them it replaces.',
    some: 'Whether that is half depends on what it replaces.',
    none: 'That is not surely half, whichever of them it replaces.',
  }[countSavings(record, 0.5)]
  return {
    finding: `${describeSavings(record)} ${meaning} It is CPU time of a service that waits for no database, not infrastructure cost.`,
    evidence: 'cost',
  }
}
