/** Moves the focus through a page with Tab and Shift+Tab, as a keyboard user does. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/**
 * Stores in the page which controls Tab should reach, in document order, and their look without focus. Of a group of radio
 * buttons, Tab reaches the checked one.
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
  window.readFocus = () => {
    const element = document.activeElement
    if (element === document.body) return { name: 'nowhere', isIndicated: true, isCovered: false }
    const shown = shownFor(element)
    const { left, top, right, bottom } = shown.getClientRects()[0]
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2
    return {
      name: nameOf(element),
      isIndicated: look(element) !== before[controls.indexOf(element)],
      isCovered: !shown.contains(document.elementFromPoint(x, y)),
    }
  }
  window.stops = undefined
  addEventListener('keydown', () => stops?.push(readFocus()), { capture: true })
  controls.map(nameOf)`

/** Reads the focus after two frames: a definition that opens with the focus moves to its place after the page has scrolled. */
const readSettledFocus =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(readFocus)'

type Key = 'Tab' | 'Shift+Tab'

/** The control that has the focus. */
interface Stop {
  readonly name: string
  /** Whether it looks different from the same control without focus. */
  readonly isIndicated: boolean
  /** Whether another element is on top of it. */
  readonly isCovered: boolean
}

export interface FocusWalk {
  /** The controls in document order. */
  readonly controls: readonly string[]
  /** The stops of Tab, the last one outside the page, and then those of Shift+Tab. */
  readonly forth: readonly Stop[]
  readonly back: readonly Stop[]
}

/** Walks through all controls of a page that has just been loaded, and back. */
export async function walkControls(page: Page): Promise<FocusWalk> {
  const controls = (await page.evaluate(listControls)) as string[]
  const forth = await walk(page, 'Tab', controls.length + 1)
  const back = await walk(page, 'Shift+Tab', controls.length)
  await readCoveredAgain(page, 'Tab', forth)
  await readCoveredAgain(page, 'Shift+Tab', back)
  await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)')
  return { controls, forth, back }
}

/**
 * Presses a key `count` times. All presses are sent at once, and the page notes where the focus is when the next one arrives,
 * which takes far less processor time than asking after each press.
 */
async function walk(page: Page, key: Key, count: number): Promise<Stop[]> {
  const session = await page.context().newCDPSession(page)
  const press = {
    type: 'rawKeyDown',
    key: 'Tab',
    code: 'Tab',
    windowsVirtualKeyCode: 9,
    modifiers: key === 'Tab' ? 0 : 8,
  } as const
  await page.evaluate('stops = []')
  await Promise.all(
    Array.from({ length: count }, () => session.send('Input.dispatchKeyEvent', press)),
  )
  await session.detach()
  const [, ...stops] = (await page.evaluate('[...stops, readFocus()]')) as Stop[]
  await page.evaluate('stops = undefined')
  return stops
}

/** Moves to each covered stop once more, and reads the focus when the page has settled. */
async function readCoveredAgain(page: Page, key: Key, stops: Stop[]): Promise<void> {
  for (const [index, { isCovered }] of stops.entries()) {
    if (!isCovered) continue
    const previous = stops[index - 1]?.name ?? 'nowhere'
    await page.evaluate(`(controls[parseInt('${previous}')] ?? document.body).focus()`)
    await page.keyboard.press(key)
    stops[index] = (await page.evaluate(readSettledFocus)) as Stop
  }
}

/** Fails unless the focus stops at every control in order, can be seen there, and is never covered. */
export function expectReachable({ controls, forth, back }: FocusWalk): void {
  expect(forth.map(({ name }) => name)).toEqual([...controls, 'nowhere'])
  expect(back.map(({ name }) => name)).toEqual([...controls].reverse())
  const stops = [...forth, ...back]
  expect(stops.filter(({ isIndicated }) => !isIndicated)).toEqual([])
  expect(stops.filter(({ isCovered }) => isCovered)).toEqual([])
}
