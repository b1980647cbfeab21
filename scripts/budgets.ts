/**
 * `npm run budgets`: builds the site, opens every page in Chromium and says what each weighs, and what is over its budget.
 *
 *   npm run budgets                what `npm test` asserts too
 *   npm run budgets -- --time      also measures what depends on the machine: the time of a build and Lighthouse's
 *                                  performance, three times each, and records all of it in `lab/page-weight/record.json`
 */
import { globSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { buildSite } from './build.ts'
import { runLighthouse } from '../lab/page-weight/lighthouse.ts'
import { isForm, overBudget, widths } from '../lab/page-weight/limits.ts'
import { weigh, type PageWeight } from '../lab/page-weight/weigh.ts'
import { findChromium } from './find.ts'
import { root } from './program.mjs'
import { listen, siteHandler } from './serve.ts'

/** Relative to the repository. */
const outDir = '.cache/budgets'
const rounds = 3
/** The pages that Lighthouse measures. */
const measured = ['/', '/guides/express/']

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function build(siteUrl: string): Promise<number> {
  const began = performance.now()
  await buildSite({ siteUrl, outDir })
  return Math.round((performance.now() - began) / 100) / 10
}

function row(path: string, { html, css, js, fonts, requests, shift }: PageWeight): string {
  const sizes = [html, css, js, fonts].map((bytes) => (bytes / 1000).toFixed(1).padStart(6))
  return [path.padEnd(36), ...sizes, `${requests}`.padStart(9), shift.toFixed(3).padStart(6)].join(
    ' ',
  )
}

/** Weighs every page at every width, shows it, and resolves with what it weighs at the first width. */
async function weighPages(browser: Browser, origin: string): Promise<Map<string, PageWeight>> {
  const weights = new Map<string, PageWeight>()
  const pages = globSync('**/*.html', { cwd: join(root, outDir) })
    .map((file) => `/${file.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1')}`)
    .filter((path) => !isForm(path))
  console.log(`${'kB, gzip'.padEnd(36)}   html    css     js  fonts  requests  shift`)
  for (const path of pages.sort()) {
    for (const width of widths) {
      const weight = await weigh(browser, origin + path, width)
      if (width === widths[0]) {
        weights.set(path, weight)
        console.log(row(path, weight))
      }
      for (const fault of overBudget(path, weight)) {
        console.error(`  ✗ at ${width} px: ${fault}`)
        process.exitCode = 1
      }
    }
  }
  return weights
}

/** Runs what depends on the machine, in turns, and records it with the machine. */
async function record(
  chromePath: string,
  browser: Browser,
  origin: string,
  weights: ReadonlyMap<string, PageWeight>,
): Promise<void> {
  const buildSeconds: number[] = []
  const scores = new Map(measured.map((path) => [path, [] as number[]]))
  let version = ''
  for (let round = 1; round <= rounds; round++) {
    buildSeconds.push(await build(origin))
    for (const [path, list] of scores) {
      const result = await runLighthouse(chromePath, origin + path, ['performance'])
      list.push(result.scores['performance'] ?? 0)
      version = result.version
    }
    console.log(`round ${round} of ${rounds}: build ${buildSeconds.at(-1)} s`)
  }
  const [processor] = cpus()
  const result = {
    schema: 1,
    date: new Date().toISOString().slice(0, 10),
    command: 'npm run budgets -- --time',
    machine: {
      processor: processor?.model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    versions: { node: process.versions.node, chromium: browser.version(), lighthouse: version },
    build: { pages: weights.size, seconds: { median: median(buildSeconds), runs: buildSeconds } },
    performance: [...scores].map(([path, runs]) => ({ path, median: median(runs), runs })),
    pages: [...weights].map(([path, { html, css, js, fonts, requests, shift }]) => ({
      path,
      ...{ html, css, js, fonts, requests, shift },
    })),
  }
  writeFileSync(join(root, 'lab/page-weight/record.json'), `${JSON.stringify(result, null, 2)}\n`)
  console.log('Wrote lab/page-weight/record.json.')
}

const found = findChromium()
if (found.path === undefined) {
  console.error(found.missing)
  process.exit(1)
}
const server = await listen(siteHandler({ dir: join(root, outDir) }))
await build(server.origin)
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] })
try {
  const weights = await weighPages(browser, server.origin)
  if (process.argv.includes('--time')) await record(found.path, browser, server.origin, weights)
} finally {
  await browser.close()
  await server.close()
}
