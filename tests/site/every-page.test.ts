import type { Browser } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { runPool } from '../../scripts/pool.ts'
import { describeInChromium } from '../tools/browsers.ts'
import { findViolations, leavesOrigin, openAllDetails, setScheme } from './observe/axe.ts'
import { expectReachable, walkControls } from './observe/focus.ts'
import { observeMotion, observeOverflow, observePrint } from './observe/layout.ts'
import { collectPolicyViolations, usePage } from './observe/policy.ts'

const site = inject('site')

const closeAllDetails =
  'document.querySelectorAll("details").forEach((element) => (element.open = false))'

/** Visits a page once and observes all that the tests of every page need. */
async function visit(browser: Browser, path: string) {
  const context = await browser.newContext({
    colorScheme: 'light',
    viewport: { width: 1280, height: 900 },
  })
  try {
    await context.addInitScript(collectPolicyViolations)
    const page = await context.newPage()
    const complaints: string[] = []
    const requests: string[] = []
    page.on('console', (message) => {
      if (/error|warning/.test(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(site.origin + path, { waitUntil: 'networkidle' })

    // Tab starts at the top only in a page that nobody has used.
    const focus = await walkControls(page)
    const motion = await observeMotion(page)
    const print = await observePrint(page)

    await page.evaluate(openAllDetails)
    const backgrounds = new Set<unknown>()
    const violations: string[] = []
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      for (const scheme of ['light', 'dark'] as const) {
        backgrounds.add(await setScheme(page, scheme))
        const found = await findViolations(page, scheme === 'light' ? 'all' : 'colors')
        violations.push(...found.map((violation) => `${scheme}, ${width} px: ${violation}`))
      }
    }
    await setScheme(page, 'light')

    await page.evaluate(closeAllDetails)
    const overflow = await observeOverflow(page)

    await page.setViewportSize({ width: 1280, height: 900 })
    await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
    const policyViolations = await usePage(page)
    const leaving = requests.filter((address) => leavesOrigin(address, site.origin))
    return {
      focus,
      motion,
      print,
      backgrounds,
      violations,
      overflow,
      policyViolations,
      leaving,
      complaints,
    }
  } finally {
    await context.close()
  }
}

describeInChromium(({ browser }) => {
  let visits: ReturnType<typeof visit>[]
  beforeAll(() => {
    visits = runPool(2, site.pages, (path) => visit(browser(), path))
  })

  const visited = (path: string) =>
    visits[site.pages.indexOf(path)] ?? expect.fail(`${path} was not visited`)

  test.each(site.pages)('%s sends no request to another origin', async (path) => {
    expect((await visited(path)).leaving).toEqual([])
  })

  test.each(site.pages)('%s causes no error or warning in the console', async (path) => {
    expect((await visited(path)).complaints).toEqual([])
  })

  test.each(site.pages)(
    'axe finds no violation on %s, light or dark, wide or narrow',
    async (path) => {
      const { backgrounds, violations } = await visited(path)
      expect(violations).toEqual([])
      expect(backgrounds.size, 'one background for light and one for dark').toBe(2)
    },
  )

  test.each(site.pages)(
    'Tab reaches every control of %s in order, and each shows it',
    async (path) => {
      expectReachable((await visited(path)).focus)
    },
  )

  test.each(site.pages)(
    'motion on %s ends within 0.15 s, and reduced motion stops it',
    async (path) => {
      const { usual, reduced } = (await visited(path)).motion
      expect(usual.length).toBeGreaterThan(100)
      expect(usual.filter(({ seconds }) => seconds > 0.15)).toEqual([])
      expect(reduced.length).toBe(usual.length)
      expect(reduced.filter(({ seconds }) => seconds > 0)).toEqual([])
    },
  )

  test.each(site.pages)('%s scrolls only down at zooms of 200% and 400%', async (path) => {
    expect((await visited(path)).overflow).toEqual([])
  })

  test.each(site.pages)(
    '%s prints on white paper, without controls and with nothing cut off',
    async (path) => {
      const { paper, violations, controls, cut } = (await visited(path)).print
      expect(paper).toBe('rgb(255, 255, 255)')
      expect(violations).toEqual([])
      expect(controls).toEqual([])
      expect(cut).toEqual([])
    },
  )

  test.each(site.pages)(
    'search, themes and launch buttons work under the policy of %s',
    async (path) => {
      expect((await visited(path)).policyViolations).toEqual([])
    },
  )
})
