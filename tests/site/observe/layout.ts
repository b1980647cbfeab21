/** Observations of how a page is laid out: motion, overflow in small windows, and paper. */
import type { Page } from 'playwright-core'
import { findViolations, openAllDetails } from './axe.ts'

/**
 * All motion that the styles of a page ask for, with its seconds: `a.button transition 0.15`. Of elements with equal names and
 * classes in equal parents, only the first is read, because `getComputedStyle` is slow for pseudo-elements.
 */
const readMotion = `(() => {
  const nameOf = (element) => element ? element.localName + '.' + element.className : ''
  const kinds = new Map([...document.querySelectorAll('*')]
    .map((element) => [nameOf(element.parentElement) + ' ' + nameOf(element), element]).reverse())
  return [...kinds.values()].flatMap((element) =>
    ['', '::before', '::after', '::backdrop', '::details-content'].flatMap((part) => {
      const style = getComputedStyle(element, part || undefined)
      const longest = (times) => Math.max(...times.split(',').map((time) => parseFloat(time)))
      const name = nameOf(element) + part
      return [
        { name: name + ' transition', seconds: longest(style.transitionDuration) + longest(style.transitionDelay) },
        { name: name + ' animation', seconds: style.animationName === 'none' ? 0 : longest(style.animationDuration) },
        { name: name + ' scrolling', seconds: style.scrollBehavior === 'smooth' ? Infinity : 0 },
      ]
    }))
})()`

export interface Motion {
  readonly name: string
  readonly seconds: number
}

/** The motion of a page without and with the preference for reduced motion. */
export async function observeMotion(page: Page) {
  const read = async (reducedMotion: 'no-preference' | 'reduce') => {
    await page.emulateMedia({ reducedMotion })
    return (await page.evaluate(readMotion)) as Motion[]
  }
  const motion = { usual: await read('no-preference'), reduced: await read('reduce') }
  await page.emulateMedia({ reducedMotion: null })
  return motion
}

/** The outermost elements that reach beyond the right edge of a window that scrolls sideways. */
export const readOverflow = `(() => {
  const width = document.documentElement.clientWidth
  if (document.scrollingElement.scrollWidth <= width) return []
  const wide = [...document.body.querySelectorAll('*')].filter(
    (element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5)
  return wide.filter((element) => !wide.includes(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 80))
})()`

/** The overflow after each choice of a file or stack, with the chosen label. */
const readOverflowOfChoices = `[...document.querySelectorAll('fieldset > label')]
  .filter((label) => label.checkVisibility())
  .flatMap((label) => {
    label.click()
    return ${readOverflow}.map((element) => label.textContent + ': ' + element)
  })`

/** WCAG 2.2 asks in 1.4.10 and 1.4.4 for a window of 1280 by 1024 pixels at a zoom of 400% and 200%. */
export const zooms = [
  ['400%', { width: 320, height: 256 }],
  ['200%', { width: 640, height: 512 }],
] as const

/** What overflows a page at each zoom, with closed and open details and with each choice. */
export async function observeOverflow(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const [zoom, viewport] of zooms) {
    await page.setViewportSize(viewport)
    for (const expression of [
      readOverflow,
      `${openAllDetails}, ${readOverflow}`,
      readOverflowOfChoices,
    ]) {
      const elements = (await page.evaluate(expression)) as string[]
      found.push(...elements.map((element) => `at ${zoom}: ${element}`))
    }
  }
  return found
}

/** The controls that are visible. On paper there should be none. */
const readControls = `[...document.querySelectorAll('button, input, select, nav, dialog, .button, .sl-skip-link')]
  .filter((element) => element.checkVisibility())
  .map((element) => element.outerHTML.slice(0, 80))`

/** What extends beyond the paper or is cut off, where nobody can scroll. */
const readCut = `[...document.querySelectorAll('pre, .scroll, table, figure, .panel, main')]
  .filter((element) => element.checkVisibility() && (
    element.scrollWidth > element.clientWidth + 1 ||
    element.getBoundingClientRect().right > document.documentElement.clientWidth + 1))
  .map((element) => element.outerHTML.slice(0, 80))`

/** Lays a page out for A4 (210 mm less two margins of 20 mm) on a system that prefers dark colors. */
export async function layOutForPrint(page: Page): Promise<void> {
  await page.setViewportSize({ width: 643, height: 900 })
  await page.evaluate(`document.documentElement.dataset.scheme = 'dark'`)
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
}

/** A page as it is printed; afterwards it is back on the screen. */
export async function observePrint(page: Page) {
  await layOutForPrint(page)
  const observed = {
    paper: await page.evaluate('getComputedStyle(document.body).backgroundColor'),
    /** Among them the contrast of every text to the paper. */
    violations: await findViolations(page, 'colors'),
    controls: await page.evaluate(readControls),
    cut: await page.evaluate(readCut),
  }
  await page.emulateMedia({ media: null, colorScheme: 'light' })
  return observed
}
