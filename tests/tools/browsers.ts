/** Browsers for tests: Chromium through Playwright, Firefox through Puppeteer (WebDriver BiDi). */
// cspell:ignore Prefs
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest'
import { findFirefox, findHeadlessChromium } from '../../scripts/find.ts'
import { describeWith } from './describe-with.ts'

/**
 * Chromium runs without a sandbox, because CI runs as root, without the graphics card that it would simulate, and without the
 * popups of its address bar, which are pages of their own: they cost as much processor time for each new page as the page itself.
 */
export const chromiumOptions = (executablePath: string) => ({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-features=WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup',
  ],
})

const viewport = { width: 1280, height: 900 }

/** A Chromium that all tests of a file share. Paths are relative to the site at the root of its origin. */
export interface ChromiumTests {
  /** The browser, once the tests run. */
  browser(): Browser
  /** A context with a window of 1280 by 900 pixels, open until the test finishes. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
  /** Opens a page in a context of its own. */
  openPage(path: string, options?: BrowserContextOptions): Promise<Page>
}

/** Defines tests in Chromium. Without Chromium, one test in their place says what to install. */
export function describeInChromium(define: (tests: ChromiumTests) => void): void {
  describeWith('Chromium', findHeadlessChromium(), (executablePath) => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch(chromiumOptions(executablePath))
    })
    afterAll(() => browser?.close())

    async function newContext(options: BrowserContextOptions = {}) {
      const baseURL = inject('site').origin
      const context = await browser.newContext({ baseURL, viewport, ...options })
      onTestFinished(() => context.close())
      return context
    }
    async function openPage(path: string, options?: BrowserContextOptions) {
      const page = await (await newContext(options)).newPage()
      await page.goto(path)
      return page
    }
    define({ browser: () => browser, newContext, openPage })
  })
}

/** Defines tests in Firefox. Without Firefox, one test in their place says what to install. */
export function describeInFirefox(
  define: (newPage: () => ReturnType<Awaited<ReturnType<typeof launchFirefox>>['newPage']>) => void,
): void {
  describeWith('Firefox', findFirefox(), (executablePath) => {
    let browser: Awaited<ReturnType<typeof launchFirefox>>
    beforeAll(async () => {
      browser = await launchFirefox(executablePath)
    })
    afterAll(() => browser?.close())
    define(async () => {
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      return page
    })
  })
}

/** Starts Firefox as on a system that prefers light colors. */
const launchFirefox = (executablePath: string) =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    defaultViewport: viewport,
    extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': 1 },
  })
