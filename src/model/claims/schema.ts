import * as z from 'zod'

/** The verdicts. A claim can have two, such as misread and outdated. */
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

/** The subjects of claims. */
export const subjects = ['frameworks', 'rust', 'kafka'] as const

const Source = z.strictObject({
  title: z.string().describe('the title that the publisher gave it'),
  url: z.url({ protocol: /^https$/ }),
  date: z
    .string()
    .regex(/^\d{4}(-\d\d){0,2}$/)
    .describe('the day it was published or, if `dated` is "read", the day we read it'),
  dated: z.enum(['published', 'read']).default('published'),
  kind: z.enum(['primary', 'secondary']),
  readByUs: z.boolean().describe('false if we saw only an excerpt or a quotation'),
  quote: z.string().optional().describe('the exact words of the source'),
  figures: z.string().optional().describe('its data in our words, with units'),
  note: z.string().optional().describe('limits of the source'),
})

/** A statement of the article and our verdict on it. */
export const Claim = z.strictObject({
  claim: z.string().describe('the statement, in our words'),
  subject: z.enum(subjects),
  verdicts: z.tuple([z.enum(verdicts)], z.enum(verdicts)).describe('the most important one first'),
  finding: z.string().describe('the reason for the verdict, in one to three sentences'),
  sources: z.array(Source).describe('the best sources, the decisive one first'),
  better: z.string().describe('a correct sentence to write instead'),
  guides: z.array(z.string()).describe('slugs of related pages'),
  examples: z.array(z.string()).describe('ids of examples that show it'),
})

export type Claim = z.infer<typeof Claim>

/**
 * A claim as `content/claims/<id>.yaml` holds it. A measured claim may leave the verdicts and the better sentence to the record
 * of the lab; its finding is what the sources say.
 */
export const ClaimFile = Claim.partial({ verdicts: true, better: true }).extend({
  measured: z
    .literal(true)
    .optional()
    .describe('our record decides too: src/model/claims/judgments.ts says how'),
})

export type ClaimFile = z.infer<typeof ClaimFile>
