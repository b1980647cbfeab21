import { findAnswer, type Answer } from '../lab/answers.ts'
import { findNamed, PlacedError } from '../placed-error.ts'
import { judgments } from './judgments.ts'
import type { Claim, ClaimFile } from './schema.ts'

/** Figures of our own about a claim: a sentence from a record of the lab. */
export type Measured = ReturnType<Answer['read']> & {
  /** Slug of the page that shows how they were measured. */
  readonly page: string
}

/** A claim with its verdict, and our own figures if it is measured. */
export interface JudgedClaim extends Claim {
  readonly measured?: Measured
}

/**
 * Completes a claim with what our record says about it.
 *
 * @throws PlacedError for a measured claim without a judgment, and for a claim without a verdict or a better sentence
 */
export function judgeClaim(
  id: string,
  { measured, verdicts, better, ...rest }: ClaimFile,
  all = judgments,
): JudgedClaim {
  const at = { file: `content/claims/${id}.yaml` }
  const problem = `there is no judgment of "${id}" in src/model/claims/judgments.ts`
  const judgment = measured && findNamed(Object.entries(all), ([key]) => key, id, at, problem)[1]()
  const found = {
    verdicts: judgment?.verdicts ?? verdicts,
    better: judgment?.better ?? better,
  }
  if (!found.verdicts || !found.better) {
    const fix = 'Add both, or "measured: true" and a judgment that has them.'
    throw new PlacedError(at, 'it has no verdicts or no better sentence', fix)
  }
  const claim = { ...rest, verdicts: found.verdicts, better: found.better }
  if (!judgment) return claim
  const { page, read } = findAnswer(judgment.evidence, at)
  return {
    ...claim,
    finding: `${judgment.finding} ${claim.finding}`,
    measured: { ...read(), page },
  }
}
