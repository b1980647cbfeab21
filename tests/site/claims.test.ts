import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { verdicts } from '../../src/model/claims/schema.ts'
import { describeWith } from '../tools/describe-with.ts'
import { findChromium } from '../../scripts/find.ts'
import { chromiumOptions } from './browser.ts'
import { violations } from './pages.ts'

const site = inject('site')
const all = (await (await fetch(`${site.origin}/claims.json`)).json()) as {
  id: string
  part?: string
  subject: string
  verdicts: string[]
}[]

describeWith('Claims, in Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(site.origin + path)
    return page
  }

  describe.each([
    { javaScriptEnabled: true, width: 1280 },
    { javaScriptEnabled: false, width: 1280 },
    { javaScriptEnabled: false, width: 390 },
  ])('a claim in running text, %o', ({ javaScriptEnabled, width }) => {
    const openGuide = async () => {
      const page = await open('/guides/express/', {
        javaScriptEnabled,
        viewport: { width, height: 800 },
      })
      const mark = page.getByRole('button', { name: /^right: Express is minimalist/ })
      const evidence = page.getByRole('note', { name: 'Evidence' })
      expect(await evidence.count()).toBe(0)
      return { page, mark, evidence }
    }

    test('a press on its mark opens the evidence, in full and beside the mark; it closes again', async () => {
      const { page, mark, evidence } = await openGuide()
      await mark.click()
      await evidence.waitFor()
      expect(await evidence.innerText()).toContain('expressjs.com, as of 2026-08-08')
      const box = await evidence.boundingBox()
      const at = await mark.boundingBox()
      if (!box || !at) throw new Error('The mark and the evidence are shown.')
      expect([box.x >= 0, box.x + box.width <= width, box.y >= 0]).toEqual([true, true, true])
      expect(box.y + box.height).toBeLessThanOrEqual(800)
      if (width === 1280) {
        // Below the mark or above it, not over it.
        expect(box.y >= at.y + at.height || box.y + box.height <= at.y).toBe(true)
        const [near, far] = [box.x - 1, box.x + box.width + 1]
        expect(at.x + at.width > near && at.x < far).toBe(true)
      }
      await evidence.getByRole('button', { name: 'Close' }).click()
      await evidence.waitFor({ state: 'hidden' })
      await page.close()
    })

    test('by keyboard: Enter opens it, Tab goes into it, Escape closes it and leads back', async () => {
      const { page, mark, evidence } = await openGuide()
      await mark.focus()
      await page.keyboard.press('Enter')
      await evidence.waitFor()
      await page.keyboard.press('Tab')
      const first = evidence.getByRole('link').first()
      expect(await first.evaluate((link) => link === document.activeElement)).toBe(true)
      await page.keyboard.press('Escape')
      await evidence.waitFor({ state: 'hidden' })
      expect(await mark.evaluate((button) => button === document.activeElement)).toBe(true)
    })
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in open evidence, %s',
    async (scheme) => {
      const page = await open('/guides/express/', { colorScheme: scheme })
      await page.getByRole('button', { name: /^right: Express/ }).click()
      await page.getByRole('note', { name: 'Evidence' }).waitFor()
      expect(await violations(page)).toEqual([])
    },
  )

  test('on paper the verdict stands in words, and no evidence lies over the text', async () => {
    const page = await open('/guides/express/')
    await page.getByRole('button', { name: /^right: Express/ }).click()
    await page.emulateMedia({ media: 'print' })
    const claim = page.locator('.claim').first()
    const shown = await claim.evaluate((element) => getComputedStyle(element, '::after').content)
    expect(shown).toBe('" [✓ right]"')
    expect(await page.getByRole('note', { name: 'Evidence' }).count()).toBe(0)
  })

  describe('the ledger', () => {
    /** The numbers of the claims that are shown. */
    const shown = (page: Page) =>
      page.locator('.claims > article:visible > h3 > a').allTextContents()
    const having = (wanted: string, subject = '') =>
      all
        .filter(({ verdicts }) => verdicts.includes(wanted))
        .filter((claim) => subject === '' || claim.subject === subject)
        .map(({ id, part = '' }) => id + part)

    test('a verdict and a subject are chosen, counted, and put into the address', async () => {
      const page = await open('/claims/')
      expect((await shown(page)).length).toBe(24)
      await page.getByRole('combobox', { name: 'verdict' }).selectOption('outdated')
      expect(await shown(page)).toEqual(having('outdated'))
      await page.getByRole('combobox', { name: 'subject' }).selectOption('rust')
      const both = having('outdated', 'rust')
      expect(both.length).toBeGreaterThan(0)
      expect(both.length).toBeLessThan(having('outdated').length)
      expect(await shown(page)).toEqual(both)
      expect(await page.getByRole('status').textContent()).toBe(`${both.length} of 24 claims`)
      expect(new URL(page.url()).search).toBe('?verdict=outdated&subject=rust')
      await page.getByRole('combobox', { name: 'verdict' }).selectOption('')
      await page.getByRole('combobox', { name: 'subject' }).selectOption('')
      expect((await shown(page)).length).toBe(24)
      expect(new URL(page.url()).search).toBe('')
    })

    test('an address chooses', async () => {
      const page = await open('/claims/?verdict=no-source&subject=kafka')
      expect(await shown(page)).toEqual(having('no-source', 'kafka'))
      const verdict = page.getByRole('combobox', { name: 'verdict' })
      expect(await verdict.inputValue()).toBe('no-source')
    })

    test('an address that names no verdict is no harm', async () => {
      const page = await open('/claims/?verdict=nonsense&subject=')
      expect((await shown(page)).length).toBe(24)
    })

    test('without a script everything is shown, whatever the address says, and no choice is offered', async () => {
      const page = await open('/claims/?verdict=no-source', { javaScriptEnabled: false })
      expect((await shown(page)).length).toBe(24)
      expect(await page.getByRole('combobox').count()).toBe(0)
    })

    test('a link to a claim leads to it and sets it off', async () => {
      const page = await open('/claims/#c14a')
      const claim = page.locator('article:has(> #c14a)')
      await expect
        .poll(() => claim.evaluate((element) => element.getBoundingClientRect().top))
        .toBeLessThan(200)
      const look = (element: Element) => getComputedStyle(element).backgroundColor
      expect(await claim.evaluate(look)).not.toBe(
        await page.locator('article:has(> #c14b)').evaluate(look),
      )
    })

    test('the numbers of the verdicts are those of the claims', async () => {
      const page = await open('/claims/')
      const rows = page
        .getByRole('region', { name: 'Verdicts and their numbers' })
        .locator('tbody tr')
      const counted = await rows.evaluateAll((all) =>
        all.map((row) => Number(row.querySelector('td:last-child')?.textContent)),
      )
      expect(counted).toEqual(verdicts.map((verdict) => having(verdict).length))
      expect(counted).not.toContain(0)
    })
  })
})
