import * as z from 'zod'

/** What a claim can be. Two stand together where it is, for example, misread and also outdated. */
export const verdicts = [
  'right',
  'right-with-caveat',
  'misread',
  'outdated',
  'unsupported',
  'contradicted',
  'no-source',
  'opinion',
] as const

export type Verdict = (typeof verdicts)[number]

/** What a claim is about. */
export const subjects = ['frameworks', 'rust', 'kafka'] as const

const Source = z.strictObject({
  title: z.string().describe('as the publisher calls it'),
  url: z.url({ protocol: /^https$/ }),
  date: z
    .string()
    .regex(/^\d{4}(-\d\d){0,2}$/)
    .describe('when it was published, or of the state that was read where `dated` says so'),
  dated: z.enum(['published', 'read']).default('published'),
  kind: z.enum(['primary', 'secondary']),
  readByUs: z
    .boolean()
    .describe('the source itself; false where only an excerpt or a quotation elsewhere was seen'),
  quote: z.string().optional().describe('in the words of the source'),
  figures: z.string().optional().describe('what its data say, in our words, with their units'),
  note: z.string().optional().describe('what to know before you rely on it'),
})

/** One statement of the article and what became of it. `content/claims/<id>.yaml` holds one. */
export const Claim = z.strictObject({
  claim: z.string().describe('the statement, in our words'),
  subject: z.enum(subjects),
  verdicts: z
    .tuple([z.enum(verdicts)], z.enum(verdicts))
    .describe('the one that weighs most first'),
  finding: z.string().describe('why this verdict: one to three sentences'),
  sources: z.array(Source).describe('the best ones, the one that decides first'),
  better: z.string().describe('the sentence that a careful writer would write instead'),
  guides: z.array(z.string()).describe('slugs of related pages'),
  examples: z.array(z.string()).describe('ids of examples that show it'),
})

export type Claim = z.infer<typeof Claim>
