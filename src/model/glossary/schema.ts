import * as z from 'zod'

/** A technical term. `content/glossary.yaml` holds all, each under its id. */
export const Entry = z.strictObject({
  term: z.string().min(1).describe('as written in running text'),
  definition: z.string().endsWith('.').describe('one or two sentences, in our words'),
  source: z
    .strictObject({ title: z.string().min(1), url: z.url({ protocol: /^https$/ }) })
    .describe('where to read more'),
  page: z
    .string()
    .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/)
    .optional()
    .describe('slug of the page that shows it; linked once the page exists'),
})
