import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { spread, thisMachine } from '../record.ts'
import { runLighthouse } from './lighthouse.ts'
import { checkBudget, isForm, widths } from './limits.ts'
import { PageCost, pageWeightRecord } from './record.ts'
import { weigh } from './weigh.ts'

/** A site that can be built and is served. */
interface Site {
  readonly origin: string
  /** The folder of the built files. */
  readonly dir: string
  build(): Promise<unknown>
}

const rounds = 3

/** The pages that Lighthouse measures. */
const lighthousePages = ['/', '/guides/express/']

/**
 * `npm run lab -- page-weight`: builds the site, opens every page in Chromium and prints what each costs and what exceeds its
 * budget.
 *
 *   npm run lab -- page-weight                what `npm test` asserts too
 *   npm run lab -- page-weight --record       also measures what depends on the machine, the duration of a build and
 *                                             Lighthouse's performance, and writes lab/page-weight/record.json
 *
 * @param chromePath of Chromium or Chrome
 */
export async function main(args: string[], chromePath: string, site: Site): Promise<void> {
  const { values } = parseArgs({ args, options: { record: { type: 'boolean', default: false } } })
  await site.build()
  await using browser = await chromium.launch({
    executablePath: chromePath,
    args: ['--no-sandbox'],
  })
  const pages = await weighPages(browser, site)
  if (!values.record) return
  const { machine, versions } = thisMachine()
  const { lighthouse, ...timings } = await measureTimes(chromePath, site)
  pageWeightRecord.write({
    schema: 1,
    command: 'npm run lab -- page-weight --record',
    machine,
    versions: { ...versions, chromium: browser.version(), lighthouse },
    build: { pages: pages.length, seconds: timings.build },
    performance: timings.performance,
    pages,
  })
}

/** Weighs every page at every width, prints the results, and resolves with those at the first width. */
async function weighPages(browser: Browser, { origin, dir }: Site) {
  const pages: ({ path: string } & PageCost)[] = []
  const paths = globSync('**/*.html', { cwd: dir })
    .map((file) => `/${file.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1')}`)
    .filter((path) => !isForm(path))
  console.log(`${'kB, gzip'.padEnd(36)}   html    css     js  fonts  requests  shift`)
  for (const path of paths.sort()) {
    for (const width of widths) {
      const weight = await weigh(browser, origin + path, width)
      if (width === widths[0]) {
        const page = { path, ...PageCost.strip().parse(weight) }
        pages.push(page)
        console.log(formatRow(page))
      }
      for (const problem of checkBudget(path, weight)) {
        console.error(`  ✗ at ${width} px: ${problem}`)
        process.exitCode = 1
      }
    }
  }
  return pages
}

function formatRow({ path, html, css, js, fonts, requests, shift }: { path: string } & PageCost) {
  const sizes = [html, css, js, fonts].map((bytes) => (bytes / 1000).toFixed(1).padStart(6))
  const others = [String(requests).padStart(9), shift.toFixed(3).padStart(6)]
  return [path.padEnd(36), ...sizes, ...others].join(' ')
}

/** Measures what depends on the machine: builds and Lighthouse's performance, in turn. */
async function measureTimes(chromePath: string, { origin, build }: Site) {
  const builds: number[] = []
  const scores = lighthousePages.map((path) => ({ path, runs: [] as number[] }))
  let lighthouse = ''
  for (let round = 1; round <= rounds; round++) {
    const began = performance.now()
    await build()
    builds.push(Math.round((performance.now() - began) / 100) / 10)
    for (const { path, runs } of scores) {
      const result = await runLighthouse(chromePath, origin + path, ['performance'])
      runs.push(result.scores['performance'] ?? 0)
      lighthouse = result.version
    }
    console.log(`Round ${round} of ${rounds}: the build took ${builds.at(-1)} s.`)
  }
  const summarize = (runs: number[]) => ({ median: spread(runs).median, runs })
  return {
    lighthouse,
    build: summarize(builds),
    performance: scores.map(({ path, runs }) => ({ path, ...summarize(runs) })),
  }
}
