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
