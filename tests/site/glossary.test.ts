import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import { violations } from './pages.ts'

const { origin } = inject('site')
const guide = '/guides/express/'

test('every entry has an anchor, a definition and a source', async () => {
  const yaml = readFileSync(join(root, 'content/glossary.yaml'), 'utf8')
  const ids = Array.from(yaml.matchAll(/^([a-z-]+):$/gm), ([, id]) => id)
  expect(ids.length).toBeGreaterThanOrEqual(35)

  const html = await (await fetch(`${origin}/glossary/`)).text()
  const entries = html.split(/<dt(?= id=)/).slice(1)
  expect(entries.map((entry) => /^ id="([^"]+)"/.exec(entry)?.[1]).sort()).toEqual(ids.sort())
  for (const entry of entries) {
    expect(entry).toMatch(
      /<dd>[A-Z][^<]{40,}\.\s*<span class="label"><a href="https:\/\/[^"]+">[^<]+</,
    )
  }
  const names = entries.map((entry) => /^[^>]*><a [^>]*>([^<]*)/.exec(entry)?.[1] ?? '')
  expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en')))
  // Leads to the page that shows it.
  expect(entries.find((entry) => entry.startsWith(' id="graceful-shutdown"'))).toContain(
    '<a href="/guides/express/">Express</a>',
  )
})

describeWith('Chromium', findChromium(), (path) => {
  /** As Chromium has it, and as a browser has it that cannot set one box beside another. */
  describe.each(['fixed', 'absolute'] as const)('a term whose box is %s', (position) => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch(chromiumOptions(path))
    })
    afterAll(() => browser?.close())

    async function openPage(options: BrowserContextOptions = {}, address = guide): Promise<Page> {
      const context = await browser.newContext(options)
      onTestFinished(() => context.close())
      if (position === 'absolute') {
        await context.route('**/*.css', async (route) => {
          const response = await route.fetch()
          const body = (await response.text()).replace(
            /@supports \(anchor-scope:/,
            '@supports (none:',
          )
          await route.fulfill({ response, body })
        })
      }
      const page = await context.newPage()
      await page.goto(origin + address)
      const box = page.locator('.term > [role=tooltip]').first()
      expect(await box.evaluate((one) => getComputedStyle(one).position)).toBe(position)
      return page
    }

    /** The first term of a page: its link and what opens. */
    const parts = (page: Page) => {
      const term = page.locator('.term').first()
      return { link: term.getByRole('link'), box: term.locator('[role=tooltip]') }
    }

    test('opens its definition under the pointer, which may move onto it', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      expect(await box.isVisible()).toBe(false)
      await link.hover()
      expect(await box.isVisible()).toBe(true)
      const from = (await link.boundingBox()) ?? expect.fail()
      const to = (await box.boundingBox()) ?? expect.fail()
      // Step by step to the middle of the box, over whatever lies between the two.
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
      await page.mouse.move(from.x + from.width / 2, to.y + to.height / 2, { steps: 30 })
      expect(await box.isVisible()).toBe(true)
      await page.mouse.move(0, 0)
      expect(await box.isVisible()).toBe(false)
    })

    test('opens it for the keyboard, as the description of the link', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      await link.focus()
      expect(await box.isVisible()).toBe(true)
      expect(await link.getAttribute('aria-describedby')).toBe(await box.getAttribute('id'))
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Tab')
      expect(await box.isVisible()).toBe(false)
    })

    test('closes at Escape, and opens again', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      await link.focus()
      await page.keyboard.press('Escape')
      expect(await box.isVisible()).toBe(false)
      expect(await link.evaluate((one) => one === document.activeElement)).toBe(true)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Shift+Tab')
      expect(await box.isVisible()).toBe(true)
      await page.keyboard.press('Tab')

      await link.hover()
      await page.keyboard.press('Escape')
      expect(await box.isVisible()).toBe(false)
      await page.mouse.move(0, 0)
      await link.hover()
      expect(await box.isVisible()).toBe(true)
    })

    test.each([320, 390])('is not cut off, %d pixels wide', async (width) => {
      const height = 700
      for (const address of [guide, '/guides/fastify/']) {
        const page = await openPage({ viewport: { width, height } }, address)
        const terms = page.locator('.term')
        expect(await terms.count()).toBeGreaterThan(1)
        for (const term of await terms.all()) {
          // The line of the term is the last one in the window, then the first one below the masthead.
          for (const block of ['end', 'center'] as const) {
            await term.evaluate((one, block) => one.scrollIntoView({ block }), block)
            await term.getByRole('link').evaluate((one) => {
              one.blur()
              one.focus({ preventScroll: true })
            })
            const box = (await term.locator('[role=tooltip]').boundingBox()) ?? expect.fail()
            const seen = await page.evaluate('document.documentElement.clientWidth')
            expect(box.x).toBeGreaterThanOrEqual(0)
            expect(box.x + box.width).toBeLessThanOrEqual(Number(seen))
            if (position === 'fixed' || block === 'center') {
              expect(box.y).toBeGreaterThanOrEqual(0)
              expect(box.y + box.height).toBeLessThanOrEqual(height)
            }
          }
        }
        await page.context().close()
      }
    })

    test('works without a script, and leads to the glossary', async () => {
      const page = await openPage({ javaScriptEnabled: false })
      const { link, box } = parts(page)
      await link.hover()
      expect(await box.isVisible()).toBe(true)
      await link.click()
      await page.waitForURL('**/glossary/#problem-details')
    })

    test('is plain words on paper', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      await link.focus()
      await page.emulateMedia({ media: 'print' })
      expect(await box.isVisible()).toBe(false)
      expect(await link.evaluate((one) => getComputedStyle(one).textDecorationLine)).toBe('none')
      expect(await link.evaluate((one) => getComputedStyle(one, '::after').content)).toBe('none')
    })
  })
})
