import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import { readExamples } from '../../model/examples/example.ts'
import { absoluteUrl } from '../../shell/address.ts'
import { movedPages } from '../../shell/moved.ts'
import { sidebar } from '../../shell/sidebar/sidebar.ts'
import { llmsTxt, type Entry, type Section } from './llms.ts'
import { twinPath } from './path.ts'
import { makeTwin, type Twin } from './twin.ts'

/** Writes a Markdown twin next to every built page, and a list of all twins and data files at `/llms.txt`. */
export const markdownTwins = ({ title, description }: { title: string; description: string }) =>
  ({
    name: 'markdown-twins',
    hooks: {
      'astro:build:done': ({ dir }) => {
        const folder = fileURLToPath(dir)
        const twins = writeTwins(folder)
        const sections = [...pageSections(twins), starters(), data(folder)]
        writeFileSync(join(folder, 'llms.txt'), llmsTxt(title, description, about, sections))
      },
    },
  }) satisfies AstroIntegration

const about = `Every page also exists as Markdown, at its address with \`.md\` instead of the last slash; the first page is \`index.md\`. \
Snippets are parts of tested files, and the answers under an experiment are from a recorded run.`

/** Writes the twin of every page. Returns the twins by the ids of their pages. */
function writeTwins(folder: string): Map<string, Twin> {
  const twins = new Map<string, Twin>()
  for (const file of globSync('**/*.html', { cwd: folder })) {
    const id = file.replaceAll('\\', '/').replace(/(\/?index)?\.html$/, '')
    const path = twinPath(id)
    if (path === undefined || id in movedPages) continue
    const twin = makeTwin(readFileSync(join(folder, file), 'utf8'), file)
    writeFileSync(join(folder, path), twin.markdown)
    twins.set(id, twin)
  }
  for (const [former, id] of Object.entries(movedPages)) {
    const twin = twins.get(id)
    if (twin) writeFileSync(join(folder, `${former}.md`), twin.markdown)
  }
  return twins
}

/** The first page, then the pages in the order of the menu, then the pages that the menu doesn't list. */
function pageSections(twins: ReadonlyMap<string, Twin>): Section[] {
  const entry = (id: string): Entry[] => {
    const twin = twins.get(id)
    return twin ? [{ ...twin, address: absoluteUrl(twinPath(id) ?? '') }] : []
  }
  const listed = new Set(['', ...sidebar.flatMap(({ items }) => items)])
  const others = [...twins.keys()].filter((id) => !listed.has(id)).sort()
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
    address: absoluteUrl(`/starters/${id}.tar.gz`),
    description: `${manifest.title}: ${manifest.summary} (0BSD; needs ${manifest.requires}.)`,
  })),
})

/** The data files that this build contains. */
const data = (folder: string): Section => ({
  title: 'Data',
  entries: Object.entries({
    '/examples.json': 'every example: its files and their hashes, where it runs, its test result',
    '/claims.json': 'every claim that we checked: its verdicts, its sources, a better sentence',
    '/starters/SHA256SUMS': 'the checksums of all archives',
    '/rss.xml': 'what changed, newest first',
  })
    .filter(([path]) => existsSync(join(folder, path)))
    .map(([path, description]) => ({
      title: path.slice(1),
      address: absoluteUrl(path),
      description,
    })),
})
