import { describe, expect, inject, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'

const site = inject('site')
const below = inject('siteBelow')

/** The addresses of the sitemap on 30 November 2026. Readers and other sites link to them. */
const published = [
  ...['', 'article/', 'changes/', 'claims/', 'glossary/', 'how-this-site-is-tested/'],
  ...['which-backend/', 'examples/express/', 'examples/fastify/', 'examples/kafka/'],
  ...['examples/kafka/dev-broker/', 'examples/kafka/dev-broker-requests/'],
  ...['examples/kafka/import/', 'examples/kafka/settings/', 'examples/lean-bus/'],
  ...['examples/lean-bus/broker/', 'examples/lean-bus/checks/', 'examples/lean-bus/log/'],
  ...['examples/lean-bus/protocol/', 'examples/lean-bus/settings/', 'guides/async/'],
  ...['guides/cold-starts/', 'guides/crash-laboratory/', 'guides/event-patterns/'],
  ...['guides/events/', 'guides/express/', 'guides/fastify/', 'guides/kafka/'],
  ...['guides/lean-bus-costs/', 'guides/lean-bus/', 'guides/one-api-two-frameworks/'],
  ...['guides/one-port-two-buses/', 'guides/outgrowing-the-lean-bus/'],
  ...['guides/validation-and-openapi/', 'guides/where-rust-pays/'],
]

const statusOf = async (address: string) => (await fetch(address)).status

describe.each([site, below])('with the base path $basePath', ({ origin, basePath, pages }) => {
  test('every published address is still answered', async () => {
    for (const path of published) {
      expect(await statusOf(origin + basePath + path), path).toBe(200)
    }
  })

  test('the former address of a page names the present one and has its Markdown', async () => {
    const root = origin + basePath
    const former = await (await fetch(`${root}guides/one-api-two-frameworks/`)).text()
    expect(former).toContain(`<link rel="canonical" href="${root}guides/compare/">`)
    const read = async (path: string) => (await fetch(root + path)).text()
    const markdown = await read('guides/compare.md')
    expect(await read('guides/one-api-two-frameworks.md')).toBe(markdown)
    expect(await read('sitemap-0.xml')).not.toContain('one-api-two-frameworks')
    expect(await read('llms.txt')).not.toContain('one-api-two-frameworks')
  })

  test('an address that is cut at a slash is a page', async () => {
    const cut = [...pages, `${basePath}starters/x`].flatMap((path) =>
      [...path.slice(basePath.length).matchAll(/\/(?=.)/g)].map(({ index }) =>
        path.slice(0, basePath.length + index + 1),
      ),
    )
    for (const path of new Set(cut)) expect(await statusOf(origin + path), path).toBe(200)
  })
})

describeInChromium(({ openPage }) => {
  test.each([
    ['/', undefined],
    ['/article/', undefined],
    ['/which-backend/', 'Decide'],
    ['/guides/kafka/', 'Guides'],
    ['/examples/kafka/dev-broker/', 'Examples'],
    ['/lab/cost/', 'Lab'],
    ['/claims/', 'Claims'],
  ])('without JavaScript %s links to every section on a phone', async (path, current) => {
    const viewport = { width: 390, height: 800 }
    const page = await openPage(path, { viewport, javaScriptEnabled: false })
    const bar = page.getByRole('navigation', { name: 'Sections' })
    expect(await bar.locator('[aria-current]').allTextContents()).toEqual(
      current === undefined ? [] : [expect.stringContaining(current)],
    )
    const links = bar.getByRole('link')
    expect((await links.allTextContents()).map((text) => text.trim())).toEqual([
      'Decide',
      'Guides',
      'Examples',
      'Lab',
      'Claims',
    ])
    for (const link of await links.all()) {
      const box = await link.boundingBox()
      expect(box && box.x + box.width).toBeLessThanOrEqual(390)
    }
    await links.nth(1).click()
    await page.waitForURL('**/guides/')
  })

  test.each([true, false])(
    'the former address of a page leads to the present one, JavaScript: %s',
    async (javaScriptEnabled) => {
      for (const { origin, basePath } of [site, below]) {
        const address = `${origin}${basePath}guides/one-api-two-frameworks/`
        const page = await openPage('/', { javaScriptEnabled })
        // The page that leads on may interrupt its own loading.
        await page.goto(`${address}?with=fastify,express#declare-the-routes`).catch(() => undefined)
        await page.waitForURL(/\/guides\/compare\//)
        const { pathname, search, hash } = new URL(page.url())
        expect(pathname).toBe(`${basePath}guides/compare/`)
        if (javaScriptEnabled)
          expect(search + hash).toBe('?with=fastify,express#declare-the-routes')
      }
    },
  )

  test('the menu lists every example, in the order of the guides', async () => {
    const page = await openPage('/guides/kafka/')
    const menu = page.getByRole('navigation', { name: 'Main' })
    const names = (await menu.locator('a[href^="/examples/"]').allTextContents()).slice(1)
    expect(names.map((name) => name.trim())).toEqual([
      ...['Express 5', 'Fastify 5', 'FastAPI', 'axum 0.8', 'Kafka', 'Lean bus'],
    ])
  })
})
