import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import { violations } from './pages.ts'

/** What can only be used on a screen and is on the paper all the same. */
const readControls = `[...document.querySelectorAll('button, input, select, nav, dialog, .button, .sl-skip-link')]
  .filter((element) => element.checkVisibility())
  .map((element) => element.outerHTML.slice(0, 80))`

/** What sticks out of the paper or is cut off there: nobody can scroll it. */
const readCut = `[...document.querySelectorAll('pre, .scroll, table, figure, .panel, main')]
  .filter((element) => element.checkVisibility() && (
    element.scrollWidth > element.clientWidth + 1 ||
    element.getBoundingClientRect().right > document.documentElement.clientWidth + 1))
  .map((element) => element.outerHTML.slice(0, 80))`

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  /** A page as it is laid out for A4 with its margins, on a machine that is set to dark. */
  async function printed(path: string): Promise<Page> {
    const context = await browser.newContext({
      colorScheme: 'dark',
      // 210 mm less two margins of 20 mm.
      viewport: { width: 643, height: 900 },
    })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(site.origin + path)
    await page.evaluate(`document.documentElement.dataset.scheme = 'dark'`)
    await page.emulateMedia({ media: 'print' })
    return page
  }

  test.each(site.pages)('%s on paper: white, nothing to press, nothing cut off', async (path) => {
    const page = await printed(path)
    const paper = (await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string
    expect(paper).toBe('rgb(255, 255, 255)')
    // Among them the contrast of every text to the paper.
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(readControls)).toEqual([])
    expect(await page.evaluate(readCut)).toEqual([])
  })

  test('every file of an example is on paper, with its name', async () => {
    const page = await printed('/examples/express/')
    const panels = page.locator('.example-files > .panel')
    const paths = await page.locator('.example-files > label').allTextContents()
    expect(paths.length).toBeGreaterThan(5)
    for (const [index, path] of paths.entries()) {
      const panel = panels.nth(index)
      expect(await panel.getByText(path.trim(), { exact: true }).isVisible(), path).toBe(true)
      expect(await panel.locator('pre, .not-shown').isVisible(), path).toBe(true)
    }
  })
})
