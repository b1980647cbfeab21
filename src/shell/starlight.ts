import type { StarlightUserConfig } from '@astrojs/starlight/types'
import { source } from './address.ts'
import { sidebar } from './sidebar/sidebar.ts'

const component = (path: string) => `./src/shell/${path}.astro`

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
    ContentPanel: component('page/ContentPanel'),
    Footer: component('page/Footer'),
    Head: component('page/Head'),
    Header: component('header/Header'),
    MarkdownContent: component('page/MarkdownContent'),
    MobileTableOfContents: component('contents/MobileTableOfContents'),
    PageFrame: component('page/PageFrame'),
    PageSidebar: component('page/PageSidebar'),
    PageTitle: component('page/PageTitle'),
    Pagination: component('page/Pagination'),
    Search: component('header/Search'),
    Sidebar: component('sidebar/Sidebar'),
    TableOfContents: component('contents/TableOfContents'),
    ThemeProvider: component('header/ThemeProvider'),
    ThemeSelect: component('header/ThemeSelect'),
    TwoColumnContent: component('page/TwoColumnContent'),
  },
} satisfies StarlightUserConfig
