import { toneMarks, type Tone } from '../tone.ts'
import type { Claim, Verdict } from './schema.ts'

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

/** The meaning of each verdict. */
export const verdictMeanings: Record<Verdict, string> = {
  right: 'the sources say so',
  'right-with-caveat': 'true, with a condition that the sentence leaves out',
  misread: 'the figure or the case exists, and says something else',
  outdated: 'it was true, but a newer source says otherwise',
  unsupported: 'no source that we found says so; the closest one says less',
  contradicted: 'a better source says the opposite',
  'no-source': 'we searched and found no source',
  opinion: 'a judgment that no source can decide',
}

/** The value of `data-verdict`, which sets the color. 'none' is for opinions. */
const tones: Record<Verdict, Tone | 'none'> = {
  right: 'verified',
  'right-with-caveat': 'caveat',
  misread: 'wrong',
  outdated: 'caveat',
  unsupported: 'unproven',
  contradicted: 'wrong',
  'no-source': 'unproven',
  opinion: 'none',
}

/** The words of all verdicts, and the mark and color of the first. Color is never the only sign. */
export function verdictSign(verdicts: readonly [Verdict, ...Verdict[]]) {
  const tone = tones[verdicts[0]]
  return {
    word: verdicts.map((verdict) => verdictWords[verdict]).join(', '),
    mark: tone === 'none' ? '°' : toneMarks[tone],
    tone,
  }
}

/** What a verdict's line adds when all primary sources of a claim were seen only as excerpts or quotations, otherwise empty. */
export function describeReading(sources: Claim['sources']): string {
  const primary = sources.filter(({ kind }) => kind === 'primary')
  const isUnread = primary.length > 0 && primary.every(({ readByUs }) => !readByUs)
  return isUnread ? 'primary source not read' : ''
}
