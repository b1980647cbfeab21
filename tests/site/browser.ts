import { chromium } from 'playwright-core'
import puppeteer from 'puppeteer-core'

/** What the tests of all pages need of a browser, whichever it is. */
export interface TestBrowser {
  /** Opens a page and waits until its network is quiet. */
  open(address: string): Promise<OpenPage>
  close(): Promise<void>
}

export interface OpenPage {
  /** The value of an expression, evaluated in the page; a promise is awaited. */
  evaluate(expression: string): Promise<unknown>
  /** What the page complained of: console errors and uncaught exceptions. */
  readonly complaints: readonly string[]
  /** The addresses of all requests so far. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export type Scheme = 'light' | 'dark'

/** Without a sandbox, since CI runs as root. */
export const chromiumOptions = (executablePath: string) => ({
  executablePath,
  args: ['--no-sandbox'],
})

/** Chromium with a preferred colour scheme, in a window of a given width in CSS pixels. */
export async function launchChromium(
  path: string,
  colorScheme: Scheme,
  width = 1280,
): Promise<TestBrowser> {
  const browser = await chromium.launch(chromiumOptions(path))
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
  return {
    async open(address) {
      const page = await context.newPage()
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(address, { waitUntil: 'networkidle' })
      return {
        evaluate: (expression) => page.evaluate(expression),
        complaints,
        requests,
        close: () => page.close(),
      }
    },
    close: () => browser.close(),
  }
}

/** Firefox with a preferred colour scheme, driven by WebDriver BiDi. */
export async function launchFirefox(path: string, scheme: Scheme): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: path,
    headless: true,
    defaultViewport: { width: 1280, height: 900 },
    extraPrefsFirefox: {
      'layout.css.prefers-color-scheme.content-override': scheme === 'dark' ? 0 : 1,
    },
  })
  return {
    async open(address) {
      const page = await browser.newPage()
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(address, { waitUntil: 'networkidle0' })
      return {
        evaluate: (expression) => page.evaluate(expression),
        complaints,
        requests,
        close: () => page.close(),
      }
    },
    close: () => browser.close(),
  }
}
