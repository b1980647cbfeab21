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
  /** Makes the window so many CSS pixels wide. */
  setWidth(width: number): Promise<void>
  /** What the page complained of: console errors and uncaught exceptions. */
  readonly complaints: readonly string[]
  /** The addresses of all requests so far. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Without a sandbox, since CI runs as root. */
export const chromiumOptions = (executablePath: string) => ({
  executablePath,
  args: ['--no-sandbox'],
})

/** Chromium on a machine that is set to light, in a window of 1280 pixels. */
export async function launchChromium(path: string): Promise<TestBrowser> {
  const browser = await chromium.launch(chromiumOptions(path))
  const height = 900
  const context = await browser.newContext({
    colorScheme: 'light',
    viewport: { width: 1280, height },
  })
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
        setWidth: (width) => page.setViewportSize({ width, height }),
        complaints,
        requests,
        close: () => page.close(),
      }
    },
    close: () => browser.close(),
  }
}

/** Firefox on a machine that is set to light, in a window of 1280 pixels, driven by WebDriver BiDi. */
export async function launchFirefox(path: string): Promise<TestBrowser> {
  const height = 900
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: path,
    headless: true,
    defaultViewport: { width: 1280, height },
    extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': 1 },
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
        setWidth: (width) => page.setViewport({ width, height }),
        complaints,
        requests,
        close: () => page.close(),
      }
    },
    close: () => browser.close(),
  }
}
