import { docsSchema, i18nSchema } from '@astrojs/starlight/schema'
import { file, glob } from 'astro/loaders'
import { defineCollection } from 'astro:content'
import { z } from 'astro/zod'

export const collections = {
  docs: defineCollection({
    loader: glob({ base: './content', pattern: '**/[^_]*.{md,mdx}' }),
    schema: docsSchema(),
  }),
  // The questions of the page "Which backend?", in the order of their ids.
  decisions: defineCollection({
    loader: file('content/decisions.json'),
    schema: z.strictObject({
      id: z.string(),
      question: z.string().endsWith('?'),
      take: z.string().describe('the id of an example, or words for what there is no example of'),
      because: z.string(),
      evidence: z
        .string()
        .regex(/^(\/|https:\/\/)/)
        .describe('a place on this site, or a source'),
    }),
  }),
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
