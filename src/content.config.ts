import { docsSchema, i18nSchema } from '@astrojs/starlight/schema'
import { file, glob } from 'astro/loaders'
import { defineCollection } from 'astro:content'
import { z } from 'astro/zod'
import { ClaimFile } from './model/claims/schema.ts'
import { Decision, Option } from './model/decisions/schema.ts'
import { WithoutFigures } from './model/figures.ts'
import { Entry } from './model/glossary/schema.ts'

export const collections = {
  docs: defineCollection({
    loader: glob({
      base: './content',
      pattern: '**/[^_]*.{md,mdx}',
      // A folder below guides/ groups files and is no part of their address.
      generateId: ({ entry }) => entry.replace(/\.mdx?$/, '').replace(/^guides\/.+\//, 'guides/'),
    }),
    schema: docsSchema({
      extend: z.object({ title: WithoutFigures, description: WithoutFigures }),
    }),
  }),
  decisions: defineCollection({
    loader: file('content/decisions/decisions.json'),
    schema: Decision,
  }),
  options: defineCollection({ loader: file('content/decisions/options.json'), schema: Option }),
  claims: defineCollection({
    loader: glob({ base: './content/claims', pattern: '*.yaml' }),
    schema: ClaimFile,
  }),
  glossary: defineCollection({ loader: file('content/glossary.yaml'), schema: Entry }),
  // Words of the interface that differ from Starlight's defaults.
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
