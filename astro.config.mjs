import { satteri } from '@astrojs/markdown-satteri'
import mdx from '@astrojs/mdx'
import sitemap from '@astrojs/sitemap'
import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import { fences } from './src/build/code/fences.ts'
import { markdownTwins } from './src/build/twins/integration.ts'
import { baseLinks } from './src/build/markdown/base-links.ts'
import { componentPositions } from './src/build/markdown/component-positions.ts'
import { scrollTables } from './src/build/markdown/scroll-tables.ts'
import { sourcedFigures } from './src/build/markdown/sourced-figures.ts'
import { base, site } from './src/shell/address.ts'
import { contentSecurityPolicy } from './src/build/csp/csp.ts'
import { fonts } from './src/shell/fonts.ts'
import { movedPages } from './src/shell/moved.ts'
import { searchIndex } from './src/build/search/search-index.ts'
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
    // /open/<id>/ is a button rather than a page, and a moved page is listed at its present address.
    sitemap({
      filter: (page) => {
        const { pathname } = new URL(page)
        const id = pathname.slice(base.length, -1)
        return !pathname.startsWith(`${base}open/`) && !(id in movedPages)
      },
    }),
    starlight(shell),
    mdx({ optimize: true }),
    contentSecurityPolicy,
    markdownTwins(shell),
    searchIndex,
  ],
  vite,
})
