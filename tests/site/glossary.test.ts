import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { describeInChromium } from '../tools/browsers.ts'
import { findViolations } from './observe/axe.ts'

const { origin } = inject('site')
const guide = '/guides/express/'

test('every entry of the glossary has an anchor, a definition and a source', async () => {
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
  // The entry links to the page that shows it.
  expect(entries.find((entry) => entry.startsWith(' id="graceful-shutdown"'))).toContain(
    '<a href="/guides/express/">Express</a>',
  )
})

describeInChromium(({ newContext }) => {
  // Fixed is how Chromium lays the box out; absolute is how a browser does that lacks anchor positioning.
  describe.each(['fixed', 'absolute'] as const)('a term whose box is %s', (position) => {
    async function openPage(options: BrowserContextOptions = {}, path = guide): Promise<Page> {
      const context = await newContext(options)
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
      await page.goto(path)
      const box = page.locator('.term > [role=tooltip]').first()
      expect(await box.evaluate((one) => getComputedStyle(one).position)).toBe(position)
      return page
    }

    /** The first term of a page: its link and the box with its definition. */
    const parts = (page: Page) => {
      const term = page.locator('.term').first()
      return { link: term.getByRole('link'), box: term.locator('[role=tooltip]') }
    }

    test('a term opens its definition under the pointer, which can move onto it', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      expect(await box.isVisible()).toBe(false)
      await link.hover()
      expect(await box.isVisible()).toBe(true)
      const from = (await link.boundingBox()) ?? expect.fail()
      const to = (await box.boundingBox()) ?? expect.fail()
      // Step by step to the middle of the box, across the gap between the two.
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
      await page.mouse.move(from.x + from.width / 2, to.y + to.height / 2, { steps: 30 })
      expect(await box.isVisible()).toBe(true)
      await page.mouse.move(0, 0)
      expect(await box.isVisible()).toBe(false)
    })

    test.each(position === 'fixed' ? [320, 390] : [320])(
      'the definition of a term fits into a window of %d pixels',
      async (width) => {
        const height = 700
        for (const address of [guide, '/guides/fastify/']) {
          const page = await openPage({ viewport: { width, height } }, address)
          const terms = page.locator('.term')
          expect(await terms.count()).toBeGreaterThan(1)
          for (const term of await terms.all()) {
            // The term is on the last line of the window, then in its middle.
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
      },
    )

    // The other tests ask nothing of the layout.
    if (position === 'absolute') return

    test('a focused term opens its definition and is described by it', async () => {
      const page = await openPage()
      const { link, box } = parts(page)
      await link.focus()
      expect(await box.isVisible()).toBe(true)
      expect(await link.getAttribute('aria-describedby')).toBe(await box.getAttribute('id'))
      expect(await findViolations(page)).toEqual([])
      await page.keyboard.press('Tab')
      expect(await box.isVisible()).toBe(false)
    })

    test('Escape closes the definition of a term, which can open again', async () => {
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

    test('a term works without JavaScript and leads to the glossary', async () => {
      const page = await openPage({ javaScriptEnabled: false })
      const { link, box } = parts(page)
      await link.hover()
      expect(await box.isVisible()).toBe(true)
      await link.click()
      await page.waitForURL('**/glossary/#problem-details')
    })

    test('a printed term is plain text', async () => {
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
