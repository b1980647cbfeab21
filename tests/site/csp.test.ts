import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { listen } from '../../scripts/serve.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

/** What a browser reports when a policy forbids something: `script-src-elem inline`. */
const collectViolations = `
  window.violations = []
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    violations.push(effectiveDirective + ' ' + blockedURI)
  })`
const violationsOf = (page: Page) => page.evaluate('violations') as Promise<string[]>

describeWith('Chromium', findChromium(), (path) => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    await context.addInitScript(collectViolations)
    return context
  }

  const site = inject('site')
  const below = inject('siteBelow')
  const pages = [
    ...site.pages.map((path) => ({ origin: site.origin, path })),
    { origin: below.origin, path: `${below.basePath}guides/express/` },
  ]

  test.each(pages)('$path does all that it does under its policy', async ({ origin, path }) => {
    const address = origin + path
    const html = await (await fetch(address)).text()
    const [charset, policy] = html.slice(html.indexOf('<head>') + 6).match(/<[^>]+>/g) ?? []
    expect(charset).toMatch(/^<meta charset="utf-8"\/?>$/)
    expect(policy).toMatch(/^<meta http-equiv="content-security-policy" /)
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:(?!\/\/stackblitz\.com;)/)

    const page = await (await newContext()).newPage()
    await page.goto(address)
    await page.keyboard.press('/')
    await page.keyboard.type('validation')
    await page.getByRole('dialog').getByRole('link').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Theme').first().selectOption('dark')
    for (const link of await page.locator('a[data-stackblitz]:visible').all()) {
      await link.hover()
      await expect.poll(() => link.getAttribute('title')).toContain('stackblitz.com')
    }
    expect(await violationsOf(page)).toEqual([])
  })

  test('what is smuggled into a page does nothing', async () => {
    const { origin } = site
    const asked: (string | undefined)[] = []
    const elsewhere = await listen((request, response) => {
      asked.push(request.url)
      response.end()
    })
    onTestFinished(() => elsewhere.close())
    const context = await newContext()
    const mark = (how: string) => `document.documentElement.dataset.smuggled = '${how}'`
    await context.route(`${origin}/guides/express/`, async (route) => {
      const response = await route.fetch()
      const html = await response.text()
      const body = html
        .replace('<meta name="viewport"', `<script>${mark('head')}</script>$&`)
        .replace('<main', `<base href="${elsewhere.origin}/"><style>main { color: red }</style>$&`)
        .replace(
          '</main>',
          `$&<script>${mark('body')}</script>
          <script src="${elsewhere.origin}/script.js"></script>
          <img alt="" src="/nothing.png" onerror="${mark('handler')}">
          <img alt="" src="${elsewhere.origin}/image.png">
          <a id="smuggled" href="javascript:${mark('link')}">Link</a>
          <form action="${elsewhere.origin}/"><button id="steal">Send</button></form>
          <p style="color: red">Text</p>
          <iframe title="Frame" src="${elsewhere.origin}/"></iframe>`,
        )
      await route.fulfill({ response, body })
    })
    const page = await context.newPage()
    await page.goto(`${origin}/guides/express/`)
    await page.evaluate(`
      smuggled.click()
      steal.click()
      fetch('${elsewhere.origin}/').catch(() => {})`)
    await expect
      .poll(async () => [...new Set(await violationsOf(page))].sort())
      .toEqual([
        `base-uri ${elsewhere.origin}/`,
        `connect-src ${elsewhere.origin}/`,
        `form-action ${elsewhere.origin}/?`,
        `frame-src ${elsewhere.origin}`,
        `img-src ${elsewhere.origin}/image.png`,
        'script-src-attr inline',
        `script-src-elem ${elsewhere.origin}/script.js`,
        'script-src-elem inline',
        'style-src-attr inline',
        'style-src-elem inline',
      ])
    expect(await page.evaluate('document.documentElement.dataset.smuggled')).toBeUndefined()
    expect(page.url()).toBe(`${origin}/guides/express/`)
    expect(asked).toEqual([])
  })
})
