/** Measures what a page costs before any interaction, in a real browser. */
import { gzipSync } from 'node:zlib'
import type { Browser, Page, Response } from 'playwright-core'
import type { PageCost } from './record.ts'

/** The cost of a page, and how its text waits for fonts. */
export interface PageWeight extends PageCost {
  /** Whether the text was painted before a font arrived. */
  readonly isReadableWithoutFonts: boolean
  /** `font-display` of each font face that the page loads. */
  readonly fontDisplays: readonly string[]
}

const gzipped = (text: string | Buffer): number => gzipSync(text, { level: 9 }).length

/** Collects the inline scripts that run (JSON in a script element doesn't) and the inline style sheets. */
const inlineTexts = `({
  js: [...document.querySelectorAll('script:not([src])')]
    .filter((script) => /^(module|text\\/javascript|)$/.test(script.type))
    .map((script) => script.textContent),
  css: [...document.querySelectorAll('style')].map((style) => style.textContent),
})`

/** Observes the first paint and layout shifts. Runs before the page's own scripts. */
const observe = `
  window.painted = new Promise((resolve) =>
    new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').length && resolve(true))
      .observe({ type: 'paint', buffered: true }))
  window.shift = 0
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (window.shift += value)))
    .observe({ type: 'layout-shift', buffered: true })`

const fontDisplays =
  '[...document.fonts].filter(({ status }) => status !== "unloaded").map(({ display }) => display)'

/**
 * Weighs a page in a new window.
 *
 * @param width of the window in CSS pixels
 */
export async function weigh(browser: Browser, address: string, width: number): Promise<PageWeight> {
  await using context = await browser.newContext({ viewport: { width, height: 900 } })
  return await openAndWeigh(await context.newPage(), address)
}

/**
 * Opens an address in a page that is still empty, with an empty cache. Delays the fonts until after the first paint, and waits
 * until the network is idle.
 */
export async function openAndWeigh(page: Page, address: string): Promise<PageWeight> {
  const responses: Response[] = []
  page.on('response', (response) => {
    if (!response.url().startsWith('data:')) responses.push(response)
  })
  await page.addInitScript(observe)
  const release = await holdFonts(page)
  await page.goto(address, { waitUntil: 'domcontentloaded' })
  const isReadableWithoutFonts = (await page.evaluate(
    'Promise.race([window.painted, new Promise((resolve) => setTimeout(resolve, 10_000, false))])',
  )) as boolean
  release()
  await page.waitForLoadState('networkidle')
  await page.evaluate('document.fonts.ready')
  // The next frame paints the fonts, and a layout shift is reported after it.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))')
  await page.evaluate('new Promise((resolve) => requestIdleCallback(resolve))')
  await page.waitForLoadState('networkidle')

  const inline = (await page.evaluate(inlineTexts)) as { js: string[]; css: string[] }
  const bytes = await bytesByType(responses)
  return {
    html: bytes('document'),
    css: bytes('stylesheet') + (inline.css.length > 0 ? gzipped(inline.css.join('')) : 0),
    js: bytes('script') + (inline.js.length > 0 ? gzipped(inline.js.join('')) : 0),
    fonts: bytes('font'),
    requests: responses.length,
    shift: (await page.evaluate('window.shift')) as number,
    isReadableWithoutFonts,
    fontDisplays: (await page.evaluate(fontDisplays)) as string[],
  }
}

/** Delays all fonts. Resolves with the function that releases them. */
async function holdFonts(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  await page.route(/\.woff2?($|\?)/, async (route) => {
    await promise
    await route.continue()
  })
  return () => resolve(undefined)
}

async function bytesByType(responses: readonly Response[]): Promise<(type: string) => number> {
  const sizes = await Promise.all(
    responses.map(async (response) => {
      const type = response.request().resourceType()
      const body = await response.body()
      return { type, bytes: type === 'font' ? body.length : gzipped(body) }
    }),
  )
  return (type) =>
    sizes.filter((size) => size.type === type).reduce((sum, { bytes }) => sum + bytes, 0)
}
