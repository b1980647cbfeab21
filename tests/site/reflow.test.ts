import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

/** What sticks out of the window to the right although nothing scrolls it, the outermost elements only. */
const readOverflow = `(() => {
  const width = document.documentElement.clientWidth
  if (document.scrollingElement.scrollWidth <= width) return []
  const wide = [...document.body.querySelectorAll('*')].filter(
    (element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5)
  return wide.filter((element) => !wide.includes(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 80))
})()`

/** What WCAG 2.2 asks for in 1.4.10 and 1.4.4: a window of 1280 by 1024 at 400 %, and at 200 %, is so many CSS pixels. */
const sizes = [
  ['320 pixels wide', { width: 320, height: 256 }],
  ['at 200 %', { width: 640, height: 512 }],
] as const

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function openPage(path: string) {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    await page.goto(site.origin + path)
    return page
  }

  test.each(site.pages)('%s scrolls one way only', async (path) => {
    const page = await openPage(path)
    for (const [size, viewport] of sizes) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate(readOverflow), size).toEqual([])
      await page.evaluate(
        'document.querySelectorAll("details").forEach((one) => (one.open = true))',
      )
      expect(await page.evaluate(readOverflow), size).toEqual([])
      for (const label of await page.locator('fieldset > label').all()) {
        await label.click()
        const shown = `${size}, ${await label.textContent()}`
        expect(await page.evaluate(readOverflow), shown).toEqual([])
      }
    }
  })

  test.each(sizes)('search and the menu fit, %s', async (_size, viewport) => {
    const page = await openPage('/guides/express/')
    await page.setViewportSize(viewport)
    await page.keyboard.press('/')
    await page.keyboard.type('validation')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('link').first().waitFor()
    expect(await dialog.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
    expect(await page.evaluate(readOverflow)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Menu' }).click()
    const menu = page.getByRole('navigation', { name: 'Main' })
    expect(await menu.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
    await menu.getByRole('link', { name: 'How this site is tested' }).click()
    await page.waitForURL('**/how-this-site-is-tested/')
  })
})
