import { satteri } from '@astrojs/markdown-satteri'
import mdx from '@astrojs/mdx'
import sitemap from '@astrojs/sitemap'
import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import { fences } from './src/code/fences.ts'
import { forMachines } from './src/machines/integration.ts'
import { baseLinks } from './src/markdown/base-links.ts'
import { componentPositions } from './src/markdown/component-positions.ts'
import { scrollTables } from './src/markdown/scroll-tables.ts'
import { sourcedFigures } from './src/markdown/sourced-figures.ts'
import { base, site } from './src/shell/address.ts'
import { contentSecurityPolicy } from './src/shell/csp.ts'
import { fonts } from './src/shell/fonts.ts'
import { searchIndex } from './src/shell/search-index.ts'
import { shell } from './src/shell/starlight.ts'
import { vite } from './src/shell/vite.ts'

export default defineConfig({
  site,
  base,
  prefetch: false,
  fonts,
  markdown: {
    processor: satteri({
      mdastPlugins: [componentPositions, sourcedFigures],
      hastPlugins: [baseLinks(base), scrollTables],
    }),
    shikiConfig: fences,
  },
  integrations: [
    // /open/<id>/ is a button rather than a page.
    sitemap({ filter: (page) => !new URL(page).pathname.startsWith(`${base}open/`) }),
    starlight(shell),
    mdx({ optimize: true }),
    contentSecurityPolicy,
    forMachines(shell),
    searchIndex,
  ],
  vite,
})
