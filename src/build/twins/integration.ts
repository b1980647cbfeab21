import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import { readExamples } from '../../model/examples/example.ts'
import { base, site } from '../../shell/address.ts'
import { sidebar } from '../../shell/sidebar/sidebar.ts'
import { markdownPath } from './address.ts'
import { llmsTxt, type Entry, type Section } from './llms.ts'
import { readPage, type ReadPage } from './markdown.ts'

/** The whole address of a path that begins with a slash. */
const at = (path: string) => site + base.slice(0, -1) + path

/** Writes beside every built page the same as Markdown, and a list of all of it at `/llms.txt`. */
export const forMachines = ({ title, description }: { title: string; description: string }) =>
  ({
    name: 'for-machines',
    hooks: {
      'astro:build:done': ({ dir }) => {
        const folder = fileURLToPath(dir)
        const pages = writeMarkdown(folder)
        const sections = [...pageSections(pages), starters(), data(folder)]
        writeFileSync(join(folder, 'llms.txt'), llmsTxt(title, description, words, sections))
      },
    },
  }) satisfies AstroIntegration

const words = `Every page is there as Markdown too, at its address with \`.md\` for the last slash; the first page is \`index.md\`. \
Snippets are parts of files that are tested, and answers under an experiment were recorded from a run of it.`

/** Writes the Markdown of every page, and gives the pages by their ids. */
function writeMarkdown(folder: string): Map<string, ReadPage> {
  const pages = new Map<string, ReadPage>()
  for (const file of globSync('**/*.html', { cwd: folder })) {
    const id = file.replaceAll('\\', '/').replace(/(\/?index)?\.html$/, '')
    const path = markdownPath(id)
    if (path === undefined) continue
    const page = readPage(readFileSync(join(folder, file), 'utf8'), file)
    writeFileSync(join(folder, path), page.markdown)
    pages.set(id, page)
  }
  return pages
}

/** The pages in the order of the menu. The first page comes before all others, what the menu does not list behind them. */
function pageSections(pages: ReadonlyMap<string, ReadPage>): Section[] {
  const entry = (id: string): Entry[] => {
    const page = pages.get(id)
    return page ? [{ ...page, address: at(markdownPath(id) ?? '') }] : []
  }
  const listed = new Set(['', ...sidebar.flatMap(({ items }) => items)])
  const others = [...pages.keys()].filter((id) => !listed.has(id)).sort()
  return [
    { title: 'First page', entries: entry('') },
    ...sidebar.map(({ label, items }) => ({ title: label, entries: items.flatMap(entry) })),
    { title: 'Examples, with every file', entries: others.flatMap(entry) },
  ]
}

const starters = (): Section => ({
  title: 'Starters',
  entries: readExamples().map(({ id, manifest }) => ({
    title: `${id}.tar.gz`,
    address: at(`/starters/${id}.tar.gz`),
    description: `${manifest.title}: ${manifest.summary} (0BSD; needs ${manifest.requires}.)`,
  })),
})

/** What there is beside the pages, as far as this build has it. */
const data = (folder: string): Section => ({
  title: 'Data',
  entries: [
    {
      path: '/examples.json',
      description:
        'every example: its files and their hashes, where it runs, what was proven of it',
    },
    {
      path: '/claims.json',
      description: 'every claim that was looked into: its verdicts, its sources, a better sentence',
    },
    { path: '/starters/SHA256SUMS', description: 'the checksums of all archives' },
    { path: '/rss.xml', description: 'what changed, the newest first' },
  ]
    .filter(({ path }) => existsSync(join(folder, path)))
    .map(({ path, description }) => ({ title: path.slice(1), address: at(path), description })),
})
