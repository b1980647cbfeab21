import type { TimingsRecord } from '../../../lab/cold-start/timings/record.ts'
import { isUndecided } from '../../../lab/http/statistics.ts'
import { claimRatios, describeClaim, readTimings } from '../lab/cold-start.ts'
import { countSavings, describeSavings } from '../lab/cost.ts'
import { readHttpRecord } from '../lab/http.ts'
import type { Claim, Verdict } from './schema.ts'

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
  c06: () => judgeColdStarts(readTimings()),
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

/** Express against FastAPI, each as it is usually deployed. No platform is around them, so a confirmation has that caveat. */
export function judgeColdStarts(record: TimingsRecord): Judgment {
  const winners = new Set(
    claimRatios(record).map(({ ratio }) => {
      if (isUndecided(ratio)) return 'neither'
      return ratio.ratio > 1 ? 'express' : 'fastapi'
    }),
  )
  const [winner = 'neither'] = winners.size === 1 ? winners : []
  const { verdict, finding } = {
    express: {
      verdict: 'right-with-caveat',
      finding:
        'Here, Express answers before FastAPI, with the files of the service in memory and without. It is a process on one machine, with Python 3.11, and not a function on a platform.',
    },
    fastapi: {
      verdict: 'contradicted',
      finding:
        'Here, FastAPI answers before Express, with the files of the service in memory and without.',
    },
    neither: {
      verdict: 'unsupported',
      finding:
        'Here, neither of Express and FastAPI is always first: it depends on whether the files of the service are in memory.',
    },
  }[winner] as { verdict: Verdict; finding: string }
  return {
    verdicts: [verdict],
    finding,
    better: `${describeClaim(record)} Measure the start of your own service on your platform.`,
    evidence: 'start-claim',
  }
}
