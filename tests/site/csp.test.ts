import { expect, inject, onTestFinished, test } from 'vitest'
import { listen } from '../../scripts/serve.ts'
import { describeInChromium } from '../tools/browsers.ts'
import { collectPolicyViolations, policyViolations, usePage } from './observe/policy.ts'

const site = inject('site')
const below = inject('siteBelow')

test.each(site.pages)(
  'the policy of %s follows the charset and allows nothing broad',
  async (path) => {
    const html = await (await fetch(site.origin + path)).text()
    const [charset, policy] = html.slice(html.indexOf('<head>') + 6).match(/<[^>]+>/g) ?? []
    expect(charset).toMatch(/^<meta charset="utf-8"\/?>$/)
    expect(policy).toMatch(/^<meta http-equiv="content-security-policy" /)
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:(?!\/\/stackblitz\.com;)/)
  },
)

describeInChromium(({ newContext }) => {
  async function newPolicyContext() {
    const context = await newContext()
    await context.addInitScript(collectPolicyViolations)
    return context
  }

  test('search, themes and launch buttons work under the policy of a site below a base path', async () => {
    const page = await (await newPolicyContext()).newPage()
    await page.goto(`${below.origin}${below.basePath}guides/express/`)
    expect(await usePage(page)).toEqual([])
  })

  test('the policy blocks every script, style, frame, form and request that is injected into a page', async () => {
    const { origin } = site
    const requested: (string | undefined)[] = []
    const elsewhere = await listen((request, response) => {
      requested.push(request.url)
      response.end()
    })
    onTestFinished(() => elsewhere.close())
    const context = await newPolicyContext()
    const mark = (how: string) => `document.documentElement.dataset.injected = '${how}'`
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
          <a id="injected" href="javascript:${mark('link')}">Link</a>
          <form action="${elsewhere.origin}/"><button id="steal">Send</button></form>
          <p style="color: red">Text</p>
          <iframe title="Frame" src="${elsewhere.origin}/"></iframe>`,
        )
      await route.fulfill({ response, body })
    })
    const page = await context.newPage()
    await page.goto(`${origin}/guides/express/`)
    await page.evaluate(`
      injected.click()
      steal.click()
      fetch('${elsewhere.origin}/').catch(() => {})`)
    await expect
      .poll(async () => [...new Set(await policyViolations(page))].sort())
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
    expect(await page.evaluate('document.documentElement.dataset.injected')).toBeUndefined()
    expect(page.url()).toBe(`${origin}/guides/express/`)
    expect(requested).toEqual([])
  })
})
