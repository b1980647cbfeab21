/** What a color of the site means: the value of `data-verdict` for a claim, a test result or a record. */
export type Tone = 'verified' | 'caveat' | 'wrong' | 'unproven'

/** The sign next to each color, because many readers cannot tell the colors apart. */
export const toneMarks: Record<Tone, string> = {
  verified: '✓',
  caveat: '±',
  wrong: '✗',
  unproven: '?',
}
