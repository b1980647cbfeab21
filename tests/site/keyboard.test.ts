import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

/**
 * Keeps in the page what the Tab key should reach, in document order, and how each of them looks without the focus. Of a
 * group of radio buttons Tab reaches the one that is checked.
 */
const listControls = `
  window.controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((element) =>
      element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0 && !element.disabled &&
      !element.closest('[inert]') && (element.type !== 'radio' || element.checked))
  window.shownFor = (element) => element.type === 'radio' ? element.labels[0] : element
  window.look = (element) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(shownFor(element))
    return [outlineStyle === 'none' ? 'none' : outlineStyle + outlineWidth, boxShadow, borderColor].join()
  }
  window.before = controls.map(look)
  window.nameOf = (element) => controls.indexOf(element) + ': ' +
    element.tagName.toLowerCase() + ' ' + (element.ariaLabel ?? element.textContent).trim().replace(/\\s+/g, ' ').slice(0, 40)
  controls.map(nameOf)`

/** The control that has the focus: which it is, whether that can be seen, and whether something lies over it. */
const readFocus = `(() => {
  const element = document.activeElement
  if (element === document.body) return undefined
  const shown = shownFor(element)
  const { left, top, right, bottom } = shown.getClientRects()[0]
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
  const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
  return {
    name: nameOf(element),
    indicated: look(element) !== before[controls.indexOf(element)],
    covered: !shown.contains(document.elementFromPoint(x, y)),
  }
})()`

const twoFrames =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))'

interface Focus {
  readonly name: string
  readonly indicated: boolean
  readonly covered: boolean
}

/** Presses a key so many times, and tells where that led; 'nowhere' when the focus is on no control. */
async function walk(page: Page, key: 'Tab' | 'Shift+Tab', count: number): Promise<Focus[]> {
  const stops: Focus[] = []
  for (let press = 0; press < count; press += 1) {
    await page.keyboard.press(key)
    let focus = (await page.evaluate(readFocus)) as Focus | undefined
    if (focus?.covered) {
      // A definition that opens with the focus finds its place a frame after the page has scrolled.
      await page.evaluate(twoFrames)
      focus = (await page.evaluate(readFocus)) as Focus | undefined
    }
    stops.push(focus ?? nowhere)
  }
  return stops
}

const nowhere: Focus = { name: 'nowhere', indicated: true, covered: false }

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function openPage(path: string, width: number) {
    const context = await browser.newContext({ viewport: { width, height: 700 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(site.origin + path)
    return page
  }

  const narrow = ['/', '/guides/express/', '/examples/express/']
  const pages = [
    ...site.pages.map((path) => ({ width: 1280, path })),
    ...narrow.map((path) => ({ width: 390, path })),
  ]

  test.each(pages)(
    '$path, $width pixels wide: Tab goes through every control in order, and each shows it',
    async ({ width, path }) => {
      const page = await openPage(path, width)
      const controls = (await page.evaluate(listControls)) as string[]
      const forth = await walk(page, 'Tab', controls.length + 1)
      expect(forth.map(({ name }) => name)).toEqual([...controls, 'nowhere'])
      const back = await walk(page, 'Shift+Tab', controls.length)
      expect(back.map(({ name }) => name)).toEqual([...controls].reverse())
      const stops = [...forth, ...back]
      expect(stops.filter(({ indicated }) => !indicated).map(({ name }) => name)).toEqual([])
      expect(stops.filter(({ covered }) => covered).map(({ name }) => name)).toEqual([])
    },
  )

  test('the menu of a narrow page opens, is gone through and closes', async () => {
    const page = await openPage('/guides/express/', 390)
    const menu = page.getByRole('navigation', { name: 'Main' })
    const button = page.getByRole('button', { name: 'Menu' })
    await button.focus()
    await page.keyboard.press('Enter')
    await menu.waitFor()
    const links = await menu.getByRole('link').allTextContents()
    for (const text of links) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.textContent')).toBe(text)
    }
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.localName')).toBe('select')
    // What the menu covers cannot be reached meanwhile.
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.localName')).toBe('body')
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    // The event that says so comes after the menu has closed.
    await expect.poll(() => page.evaluate('document.querySelector(".columns").inert')).toBe(false)
  })

  test('arrow keys go from file to file', async () => {
    const page = await openPage('/examples/express/', 1280)
    const files = page.getByRole('group', { name: 'Files of express' })
    const names = await files.getByRole('radio').evaluateAll((all) => all.map(({ id }) => id))
    const shown = () => files.locator('pre, .not-shown').filter({ visible: true })
    await files.getByRole('radio', { checked: true }).focus()
    const texts = new Set<string | null>()
    for (let press = 0; press < names.length; press += 1) {
      await page.keyboard.press('ArrowRight')
      expect(await shown().count()).toBe(1)
      texts.add(await page.evaluate('document.activeElement.id'))
    }
    expect(texts.size).toBe(names.length)
  })

  test('a starter is unfolded and its shell line copied', async () => {
    const page = await openPage('/guides/express/', 1280)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByText('Copy starter').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('npm')
  })
})
