import { docsSchema, i18nSchema } from '@astrojs/starlight/schema'
import { glob } from 'astro/loaders'
import { defineCollection } from 'astro:content'

export const collections = {
  docs: defineCollection({
    loader: glob({ base: './content', pattern: '**/[^_]*.{md,mdx}' }),
    schema: docsSchema(),
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
