import { globSync } from 'node:fs'
import type { StarlightUserConfig } from '@astrojs/starlight/types'
import { readExamples } from '../model/examples/example.ts'
import { source } from './address.ts'
import { inMenuOrder } from './sidebar/menu-order.ts'
import { sidebar } from './sidebar/sidebar.ts'

/** Replaces parts of Starlight's page, by name, with the components in a folder of the shell. */
const replace = (folder: string, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `./src/shell/${folder}/${name}.astro`]))

/** The menu, with a link to each example after the page that lists them. */
const menu = sidebar.map(({ label, items, ...options }) => ({
  label,
  ...options,
  items: items.flatMap((slug) => [
    slug,
    ...(slug === 'examples' ? inMenuOrder(readExamples()) : []).map(({ id, manifest }) => ({
      label: manifest.system,
      link: `/examples/${id}/`,
    })),
  ]),
}))

const style = (name: string) => `./src/styles/${name}.css`

/** The CSS next to each component. It may override the general styles, so it comes after them. */
const componentStyles = globSync('src/{components,shell}/**/*.css').map((path) => `./${path}`)

/** Settings for Starlight, which provides routes, menu and contents. */
export const shell = {
  title: 'Backend Trade-Offs',
  description:
    'Which backend should I pick, and what will it cost me? Guides with examples that are tested.',
  sidebar: menu,
  expressiveCode: false,
  markdown: { processedDirs: ['./content'] },
  // content/404.mdx is a page like the others. Starlight's own route would add it a second time.
  disable404Route: true,
  // src/build/search/search-index.ts writes the index and explains why.
  pagefind: false,
  credits: false,
  ...(source && { editLink: { baseUrl: `${source}/edit/main/` } }),
  customCss: [
    ...['tokens', 'base', 'code', 'controls', 'tones', 'tabs'].map(style),
    ...componentStyles.sort(),
    style('print'),
  ],
  components: {
    ...replace('contents', ['MobileTableOfContents', 'TableOfContents']),
    ...replace('header', ['Header', 'Search', 'ThemeProvider', 'ThemeSelect']),
    ...replace('page', ['ContentPanel', 'Footer', 'Head', 'MarkdownContent', 'PageFrame']),
    ...replace('page', ['PageSidebar', 'PageTitle', 'Pagination', 'TwoColumnContent']),
    ...replace('sidebar', ['Sidebar']),
  },
} satisfies StarlightUserConfig
