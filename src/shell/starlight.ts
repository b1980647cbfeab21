import type { StarlightUserConfig } from '@astrojs/starlight/types'
import { source } from './address.ts'
import { sidebar } from './sidebar.ts'

const component = (name: string) => `./src/shell/${name}.astro`

/** What Starlight brings (routes, menu, contents) and which parts of its page are our own. */
export const shell = {
  title: 'Backend Trade-Offs',
  description:
    'Which backend should I pick, and what will it cost me? Guides with examples that are tested.',
  sidebar,
  expressiveCode: false,
  markdown: { processedDirs: ['./content'] },
  // The page is content like every other; Starlight's own route would find it twice.
  disable404Route: true,
  // The index is made by `search-index.ts`, which says why.
  pagefind: false,
  credits: false,
  ...(source && { editLink: { baseUrl: `${source}/edit/main/` } }),
  customCss: ['tokens', 'base', 'code', 'components', 'shell', 'print'].map(
    (name) => `./src/styles/${name}.css`,
  ),
  components: {
    ContentPanel: component('ContentPanel'),
    Footer: component('Footer'),
    Head: component('Head'),
    Header: component('Header'),
    MarkdownContent: component('MarkdownContent'),
    MobileTableOfContents: component('MobileTableOfContents'),
    PageFrame: component('PageFrame'),
    PageSidebar: component('PageSidebar'),
    PageTitle: component('PageTitle'),
    Pagination: component('Pagination'),
    Search: component('Search'),
    Sidebar: component('Sidebar'),
    TableOfContents: component('TableOfContents'),
    ThemeProvider: component('ThemeProvider'),
    ThemeSelect: component('ThemeSelect'),
    TwoColumnContent: component('TwoColumnContent'),
  },
} satisfies StarlightUserConfig
