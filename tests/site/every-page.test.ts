import type { Browser, Page } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { checkBudget, isForm, widths } from '../../lab/page-weight/limits.ts'
import { openAndWeigh, weigh } from '../../lab/page-weight/weigh.ts'
import { runPool } from '../../scripts/pool.ts'
import { describeInChromium } from '../tools/browsers.ts'
import { findViolations, leavesOrigin, openAllDetails, setScheme } from './observe/axe.ts'
import { expectReachable, walkControls } from './observe/focus.ts'
import { observeMotion, observeOverflow, observePrint } from './observe/layout.ts'
import { collectPolicyViolations, usePage } from './observe/policy.ts'

const site = inject('site')
const [wide, narrow] = widths
const height = 900

const closeAllDetails =
  'document.querySelectorAll("details").forEach((element) => (element.open = false))'

/** Visits a page once and observes all that the tests of every page need. A sample is also used and printed. */
async function visit(browser: Browser, path: string, isSample: boolean) {
  const context = await browser.newContext({
    colorScheme: 'light',
    viewport: { width: wide, height },
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
    const weight = await openAndWeigh(page, site.origin + path)
    const used = isSample ? await observeUse(page) : undefined

    await page.evaluate(openAllDetails)
    const backgrounds = new Set<unknown>()
    const violations: string[] = []
    for (const width of isSample ? widths : [narrow]) {
      await page.setViewportSize({ width, height })
      for (const scheme of ['light', 'dark'] as const) {
        backgrounds.add(await setScheme(page, scheme))
        // The samples have the elements of all pages, and with them every pair of colors.
        if (scheme === 'dark' && !isSample) continue
        const found = await findViolations(page, scheme === 'light' ? 'all' : 'colors')
        violations.push(...found.map((violation) => `${scheme}, ${width} px: ${violation}`))
      }
    }
    await page.evaluate(closeAllDetails)
    const overflow = await observeOverflow(page)

    const leaving = requests.filter((address) => leavesOrigin(address, site.origin))
    return { weight, used, backgrounds, violations, overflow, leaving, complaints }
  } finally {
    await context.close()
  }
}

/** Observes a page under the keyboard, with its motion, on paper, and with its search, themes and launch buttons in use. */
async function observeUse(page: Page) {
  // Tab starts at the top only in a page that nobody has used.
  const focus = await walkControls(page)
  const motion = await observeMotion(page)
  const print = await observePrint(page)
  await page.setViewportSize({ width: wide, height })
  const policyViolations = await usePage(page)
  await page.mouse.move(0, 0)
  await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
  return { focus, motion, print, policyViolations }
}

describeInChromium(({ browser }) => {
  let visits: ReturnType<typeof visit>[]
  beforeAll(() => {
    visits = runPool(2, site.pages, (path) => visit(browser(), path, site.samples.includes(path)))
  })

  const visited = (path: string) =>
    visits[site.pages.indexOf(path)] ?? expect.fail(`${path} was not visited`)
  const used = async (path: string) => (await visited(path)).used ?? expect.fail()

  test.each(site.pages)('%s sends no request to another origin', async (path) => {
    expect((await visited(path)).leaving).toEqual([])
  })

  test.each(site.pages)('%s causes no error or warning in the console', async (path) => {
    expect((await visited(path)).complaints).toEqual([])
  })

  test.each(site.pages)(
    'axe finds no violation on %s, and its background follows the scheme',
    async (path) => {
      const { backgrounds, violations } = await visited(path)
      expect(violations).toEqual([])
      expect(backgrounds.size, 'one background for light and one for dark').toBe(2)
    },
  )

  test.each(site.pages)('%s scrolls only down at zooms of 200% and 400%', async (path) => {
    expect((await visited(path)).overflow).toEqual([])
  })

  const weighed = site.pages.filter((path) => !isForm(path))

  test.each(weighed)('the weight of %s is within its budget', async (path) => {
    const { weight } = await visited(path)
    expect(weight.html, 'the page was measured').toBeGreaterThan(1000)
    expect(checkBudget(path, weight)).toEqual([])
  })

  // One page of each kind, and every component on at least one of them.
  const samples = site.samples

  test.each(samples.filter((path) => !isForm(path)))(
    'the weight of %s is within its budget on a phone',
    async (path) => {
      expect(checkBudget(path, await weigh(browser(), site.origin + path, narrow))).toEqual([])
    },
  )

  test.each(samples)(
    'Tab reaches every control of %s in order, and each shows it',
    async (path) => {
      expectReachable((await used(path)).focus)
    },
  )

  test.each(samples)(
    'motion on %s ends within 0.15 s, and reduced motion stops it',
    async (path) => {
      const { usual, reduced } = (await used(path)).motion
      expect(usual.length).toBeGreaterThan(100)
      expect(usual.filter(({ seconds }) => seconds > 0.15)).toEqual([])
      expect(reduced.length).toBe(usual.length)
      expect(reduced.filter(({ seconds }) => seconds > 0)).toEqual([])
    },
  )

  test.each(samples)(
    '%s prints on white paper, without controls and with nothing cut off',
    async (path) => {
      const { paper, violations, controls, cut } = (await used(path)).print
      expect(paper).toBe('rgb(255, 255, 255)')
      expect(violations).toEqual([])
      expect(controls).toEqual([])
      expect(cut).toEqual([])
    },
  )

  test.each(samples)(
    'search, themes and launch buttons work under the policy of %s',
    async (path) => {
      expect((await used(path)).policyViolations).toEqual([])
    },
  )
})
