import { docsSchema, i18nSchema } from '@astrojs/starlight/schema'
import { file, glob } from 'astro/loaders'
import { defineCollection } from 'astro:content'
import { z } from 'astro/zod'
import { Claim } from './model/claims/schema.ts'
import { Entry } from './model/glossary/schema.ts'
import { figuresIn } from './build/markdown/figures.ts'

/** Words that readers see and that hold no figure: such a place has no room for a source. */
const prose = z.string().refine((text) => figuresIn(text).length === 0, {
  error: 'holds a figure, and there is no room for its source here',
})

export const collections = {
  docs: defineCollection({
    loader: glob({ base: './content', pattern: '**/[^_]*.{md,mdx}' }),
    schema: docsSchema({ extend: z.object({ title: prose, description: prose }) }),
  }),
  // The questions of the page "Which backend?", by decision and in the order of their ids.
  decisions: defineCollection({
    loader: file('content/decisions.json'),
    schema: z.strictObject({
      id: z.string(),
      about: z.enum(['framework', 'language', 'messages']),
      question: prose.endsWith('?'),
      take: z.string().describe('the id of an example, or words for what there is no example of'),
      because: prose,
      price: prose.describe('what one pays for it'),
      evidence: z.string().startsWith('/').describe('the place on this site that shows it'),
      claims: z.array(z.string()).describe('the claims that the reason repeats'),
    }),
  }),
  // The statements of the article, each with its verdict and its sources.
  claims: defineCollection({
    loader: glob({ base: './content/claims', pattern: '*.yaml' }),
    schema: Claim,
  }),
  // The words of the field, explained on the page "Glossary" and wherever a page has a <Term>.
  glossary: defineCollection({ loader: file('content/glossary.yaml'), schema: Entry }),
  // Words of the shell that differ from Starlight's own.
  i18n: defineCollection({
    loader: () => [
      {
        id: 'en',
        'skipLink.label': 'Skip to the content',
        'themeSelect.accessibleLabel': 'Theme',
        'themeSelect.auto': 'System',
      },
    ],
    schema: i18nSchema(),
  }),
}
