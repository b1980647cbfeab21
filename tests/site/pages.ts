import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenPage, TestBrowser } from './browser.ts'
import type { ServedSite } from './setup.ts'

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * Axe finds nothing on any page, light or dark, at any of the widths in CSS pixels; nothing complains, and no request leaves
 * the origin of the site.
 */
export function describePages(
  site: ServedSite,
  widths: readonly number[],
  launch: () => Promise<TestBrowser>,
): void {
  describe('every page, light and dark', () => {
    let browser: TestBrowser
    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser?.close())

    test.each(site.pages)('%s', async (path) => {
      const page = await browser.open(site.origin + path)
      expect(page.requests.filter((address) => leaves(address, site.origin))).toEqual([])
      await page.evaluate(openAllDetails)
      const papers = new Set<unknown>()
      for (const width of widths) {
        await page.setWidth(width)
        for (const scheme of ['light', 'dark']) {
          await page.evaluate(`document.documentElement.dataset.scheme = '${scheme}'`)
          await page.evaluate(untilStill)
          papers.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
          expect(await violations(page), `${scheme}, ${width} px`).toEqual([])
        }
      }
      expect(papers.size, 'one paper for light and one for dark').toBe(2)
      expect(page.complaints).toEqual([])
      await page.close()
    })
  })
}

/** A colour that is on its way to another is neither. */
const untilStill =
  'Promise.all(document.getAnimations().map((animation) => animation.finished)).then(() => undefined)'

/** Every link, asset and fragment on every page leads somewhere, also to the very place on a page that it names. */
export function describeLinks(site: ServedSite, launch: () => Promise<TestBrowser>): void {
  test(`below ${site.basePath} every link and every fragment resolves`, async () => {
    const browser = await launch()
    const ids = new Map<string, string[]>()
    const references: { on: string; to: URL }[] = []
    for (const path of site.pages) {
      const page = await browser.open(site.origin + path)
      ids.set(path, (await page.evaluate(allIds)) as string[])
      for (const reference of (await page.evaluate(allReferences)) as string[]) {
        references.push({ on: path, to: new URL(reference, site.origin + path) })
      }
      await page.close()
    }
    await browser.close()

    const internal = references.filter(({ to }) => to.origin === site.origin)
    expect(internal.length).toBeGreaterThan(site.pages.length)
    const status = new Map<string, number>()
    for (const { to } of internal) {
      if (status.has(to.pathname)) continue
      // A redirect would hide a link that misses its slash or its base path.
      const response = await fetch(to.origin + to.pathname, { redirect: 'manual' })
      status.set(to.pathname, response.status)
    }
    const broken = internal.filter(({ to }) => {
      if (status.get(to.pathname) !== 200) return true
      const fragment = decodeURIComponent(to.hash.slice(1))
      return fragment !== '' && !ids.get(to.pathname)?.includes(fragment)
    })
    expect(broken.map(({ on, to }) => `${on} → ${to.pathname}${to.hash}`)).toEqual([])
    expect(references.filter(({ to }) => !/^(https?|data):$/.test(to.protocol))).toEqual([])
  })
}

const allIds = '[...document.querySelectorAll("[id]")].map((element) => element.id)'

const allReferences = `[
  ...[...document.querySelectorAll("[href]")].map((element) => element.getAttribute("href")),
  ...[...document.querySelectorAll("[src]")].map((element) => element.getAttribute("src")),
  ...[...document.querySelectorAll("form[action]")].map((element) => element.getAttribute("action")),
]`

/** Whether a request goes to another origin; a data URL goes nowhere. */
function leaves(address: string, origin: string): boolean {
  const { protocol, origin: asked } = new URL(address)
  return protocol !== 'data:' && asked !== origin
}

/** What is hidden is not looked at, so everything is opened that can be. */
const openAllDetails =
  'document.querySelectorAll("details").forEach((element) => (element.open = true))'

export async function violations(page: Pick<OpenPage, 'evaluate'>): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axeSource)
  const results = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(axeTags)}, resultTypes: ['violations'] })`,
  )) as AxeResults
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}
