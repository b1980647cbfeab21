import type { Page } from 'playwright-core'
import { describe, expect, inject, test } from 'vitest'
import { verdicts } from '../../src/model/claims/schema.ts'
import { describeInChromium } from '../tools/browsers.ts'
import { findViolations } from './observe/axe.ts'

const site = inject('site')
const all = (await (await fetch(`${site.origin}/claims.json`)).json()) as {
  id: string
  part?: string
  subject: string
  verdicts: string[]
}[]

describeInChromium(({ openPage }) => {
  describe.each([
    { javaScriptEnabled: true, width: 1280 },
    { javaScriptEnabled: false, width: 1280 },
    { javaScriptEnabled: false, width: 390 },
  ])('a claim in running text, %o', ({ javaScriptEnabled, width }) => {
    const openGuide = async () => {
      const page = await openPage('/guides/express/', {
        javaScriptEnabled,
        viewport: { width, height: 800 },
      })
      const mark = page.getByRole('button', { name: /^right: Express is minimalist/ })
      const evidence = page.getByRole('note', { name: 'Evidence' })
      expect(await evidence.count()).toBe(0)
      return { page, mark, evidence }
    }

    test('a click on the mark of a claim opens the evidence next to the mark, in full view, until it is closed', async () => {
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

    test('Enter on the mark of a claim opens the evidence, Tab moves into it, and Escape returns to the mark', async () => {
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
    'axe finds no violation in open evidence, %s',
    async (scheme) => {
      const page = await openPage('/guides/express/', { colorScheme: scheme })
      await page.getByRole('button', { name: /^right: Express/ }).click()
      await page.getByRole('note', { name: 'Evidence' }).waitFor()
      expect(await findViolations(page)).toEqual([])
    },
  )

  test('a printed page shows the verdict of a claim in words, and no evidence on top of the text', async () => {
    const page = await openPage('/guides/express/')
    await page.getByRole('button', { name: /^right: Express/ }).click()
    await page.emulateMedia({ media: 'print' })
    const claim = page.locator('.claim').first()
    const shown = await claim.evaluate((element) => getComputedStyle(element, '::after').content)
    expect(shown).toBe('" [✓ right]"')
    expect(await page.getByRole('note', { name: 'Evidence' }).count()).toBe(0)
  })

  describe('the ledger', () => {
    /** The ids of the visible claims. */
    const shown = (page: Page) =>
      page.locator('.claims > article:visible > h3 > a').allTextContents()
    const having = (wanted: string, subject = '') =>
      all
        .filter(({ verdicts }) => verdicts.includes(wanted))
        .filter((claim) => subject === '' || claim.subject === subject)
        .map(({ id, part = '' }) => id + part)

    test('the ledger filters claims by verdict and subject, counts them, and puts the choice into the address', async () => {
      const page = await openPage('/claims/')
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

    test('the ledger takes the choice of verdict and subject from the address', async () => {
      const page = await openPage('/claims/?verdict=no-source&subject=kafka')
      expect(await shown(page)).toEqual(having('no-source', 'kafka'))
      const verdict = page.getByRole('combobox', { name: 'verdict' })
      expect(await verdict.inputValue()).toBe('no-source')
    })

    test('the ledger shows all claims for an address with an unknown verdict', async () => {
      const page = await openPage('/claims/?verdict=nonsense&subject=')
      expect((await shown(page)).length).toBe(24)
    })

    test('without JavaScript the ledger shows all claims and offers no choice', async () => {
      const page = await openPage('/claims/?verdict=no-source', { javaScriptEnabled: false })
      expect((await shown(page)).length).toBe(24)
      expect(await page.getByRole('combobox').count()).toBe(0)
    })

    test('a link to a claim in the ledger scrolls to it and highlights it', async () => {
      const page = await openPage('/claims/#c14a')
      const claim = page.locator('article:has(> #c14a)')
      await expect
        .poll(() => claim.evaluate((element) => element.getBoundingClientRect().top))
        .toBeLessThan(200)
      const look = (element: Element) => getComputedStyle(element).backgroundColor
      expect(await claim.evaluate(look)).not.toBe(
        await page.locator('article:has(> #c14b)').evaluate(look),
      )
    })

    test('the table of verdicts counts the claims of each verdict', async () => {
      const page = await openPage('/claims/')
      const rows = page
        .getByRole('region', { name: 'Verdicts and their numbers' })
        .locator('tbody tr')
      const counted = await rows.evaluateAll((all) =>
        all.map((row) => Number(row.querySelector('td:last-child')?.textContent)),
      )
      expect(counted).toEqual(verdicts.map((verdict) => having(verdict).length))
    })

    test('the summary in the article counts the claims of each verdict as the ledger does', async () => {
      const page = await openPage('/article/')
      const links = page.locator('.verdict-summary a')
      const counted = await links.evaluateAll((all) =>
        (all as HTMLAnchorElement[]).map((link) => [
          new URLSearchParams(link.search).get('verdict'),
          parseInt(link.textContent),
        ]),
      )
      expect(counted).toEqual(
        verdicts
          .map((verdict) => [verdict, having(verdict).length])
          .filter(([, count]) => count !== 0),
      )
    })

    test('the verdict of a claim says so if no primary source of it was read', async () => {
      const page = await openPage('/claims/')
      const verdictOf = (id: string) =>
        page.locator(`article:has(> #${id}) .verdicts`).textContent()
      expect(await verdictOf('c10')).toContain('primary source not read')
      expect(await verdictOf('c04')).not.toContain('not read')
    })
  })
})
