import { toneMarks, type Tone } from '../tone.ts'
import type { Verdict } from './schema.ts'

/** How one or more verdicts are shown: never by their colour alone. */
export interface VerdictSign {
  /** As a reader says it. */
  readonly word: string
  readonly mark: string
  /** The value of `data-verdict`, which gives the colour; 'none' has none. */
  readonly tone: Tone | 'none'
}

/** The word of each verdict. */
export const verdictWords: Record<Verdict, string> = {
  right: 'right',
  'right-with-caveat': 'right with a caveat',
  misread: 'misread',
  outdated: 'outdated',
  unsupported: 'unsupported',
  contradicted: 'contradicted',
  'no-source': 'no source found',
  opinion: 'opinion',
}

/** What each verdict says about a claim. */
export const verdictMeanings: Record<Verdict, string> = {
  right: 'the sources say so',
  'right-with-caveat': 'true, with a condition that the sentence leaves out',
  misread: 'the figure or the case exists, and says something else',
  outdated: 'it was so, and a newer source says otherwise',
  unsupported: 'no source that we found says so; the nearest says less',
  contradicted: 'a better source says the opposite',
  'no-source': 'we searched, and found nobody who said it',
  opinion: 'a judgement that no source can decide',
}

const tones: Record<Verdict, VerdictSign['tone']> = {
  right: 'verified',
  'right-with-caveat': 'caveat',
  misread: 'wrong',
  outdated: 'caveat',
  unsupported: 'unproven',
  contradicted: 'wrong',
  'no-source': 'unproven',
  opinion: 'none',
}

/** The mark and the colour of the first verdict, and the words of all. */
export function verdictSign(verdicts: readonly [Verdict, ...Verdict[]]): VerdictSign {
  const tone = tones[verdicts[0]]
  return {
    word: verdicts.map((verdict) => verdictWords[verdict]).join(', '),
    mark: tone === 'none' ? '°' : toneMarks[tone],
    tone,
  }
}
