import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { readHistory } from '../../src/model/history/history.ts'
import { daysOfUpdate } from '../../src/shell/page/updated.ts'
import type { ServedSite } from './setup.ts'

/** The first group of the first match. */
const find = (html: string, pattern: RegExp) => pattern.exec(html)?.[1]

interface Page {
  readonly path: string
  readonly html: string
}

/** Every page except the 404 page. */
const readPages = ({ origin, pages }: ServedSite): Promise<Page[]> =>
  Promise.all(
    pages
      .filter((path) => !path.endsWith('/404.html'))
      .map(async (path) => ({ path, html: await (await fetch(origin + path)).text() })),
  )

const site = inject('site')
const below = inject('siteBelow')

describe.each([site, below])('with the base path $basePath', (site) => {
  test('the sitemap lists the address of every page', async () => {
    const listed: string[] = []
    const read = async (address: string) =>
      Array.from(
        (await (await fetch(address)).text()).matchAll(/<loc>(.*?)<\/loc>/g),
        ([, loc = '']) => loc,
      )
    for (const part of await read(`${site.origin}${site.basePath}sitemap-index.xml`)) {
      listed.push(...(await read(part)))
    }
    const pages = site.pages.filter((path) => !/\/404\.html$|\/open\//.test(path))
    expect(listed.sort()).toEqual(pages.map((path) => site.origin + path).sort())
  })

  test('every page has its own canonical address, title and description', async () => {
    const pages = await readPages(site)
    for (const { path, html } of pages) {
      const address = site.origin + path
      expect(find(html, /<link rel="canonical" href="([^"]*)"/), path).toBe(address)
      expect(find(html, /<meta property="og:url" content="([^"]*)"/), path).toBe(address)
    }
    for (const pattern of [/<title>([^<]*)</, /<meta name="description" content="([^"]*)"/]) {
      const texts = pages.map(({ html }) => find(html, pattern))
      expect(texts).not.toContain(undefined)
      expect(texts).toEqual([...new Set(texts)])
    }
  })
})

test('robots.txt names the sitemap at the root of an origin, and does not exist below a base path', async () => {
  const response = await fetch(`${site.origin}/robots.txt`)
  expect(await response.text()).toBe(
    `User-agent: *\nAllow: /\n\nSitemap: ${site.origin}/sitemap-index.xml\n`,
  )
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect((await fetch(`${below.origin}${below.basePath}robots.txt`)).status).toBe(404)
})

test.each([site, below])(
  'with the base path $basePath, programs that read no SVG find an icon at its usual address',
  async ({ origin, basePath }) => {
    const touch = await fetch(`${origin}${basePath}apple-touch-icon.png`)
    const { width, height, hasAlpha } = await sharp(await touch.arrayBuffer()).metadata()
    expect([touch.headers.get('content-type'), width, height, hasAlpha]).toEqual([
      'image/png',
      ...[180, 180, false],
    ])

    const favicon = await fetch(`${origin}${basePath}favicon.ico`)
    expect(favicon.headers.get('content-type')).toMatch(/icon$/)
    const ico = Buffer.from(await favicon.arrayBuffer())
    expect(ico.subarray(0, 6).toString('hex')).toBe('000001000100')
    const [bytes, at] = [ico.readUInt32LE(14), ico.readUInt32LE(18)]
    const picture = await sharp(ico.subarray(at, at + bytes)).metadata()
    expect([picture.format, picture.width, picture.height]).toEqual(['png', ico[6], ico[7]])
  },
)

test.each(
  [site, below].flatMap(({ origin, basePath, pages }) =>
    pages.map((path) => ({ origin, basePath, path })),
  ),
)('$path has a social card of 1200 by 630 pixels', async ({ origin, basePath, path }) => {
  const html = await (await fetch(origin + path)).text()
  const image = find(html, /<meta property="og:image" content="([^"]*)"/)
  const folder = path.replace(/404\.html$/, '404/')
  expect(image).toBe(`${origin}${folder}card.png`)
  expect(image?.startsWith(origin + basePath)).toBe(true)
  expect(html).toContain('<meta name="twitter:card" content="summary_large_image"')

  const response = await fetch(image ?? '')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('image/png')
  const { width, height, format } = await sharp(await response.arrayBuffer()).metadata()
  expect([format, width, height]).toEqual(['png', 1200, 630])
  expect(find(html, /<meta property="og:image:width" content="(\d+)"/)).toBe('1200')
  expect(find(html, /<meta property="og:image:height" content="(\d+)"/)).toBe('630')
})

test('no two pages have the same social card', async () => {
  const cards = await Promise.all(
    site.pages.map(async (path) => {
      const folder = path.replace(/404\.html$/, '404/')
      const bytes = await (await fetch(`${site.origin}${folder}card.png`)).arrayBuffer()
      return createHash('sha256').update(Buffer.from(bytes)).digest('hex')
    }),
  )
  expect(new Set(cards).size).toBe(site.pages.length)
})

test('a page below content/ links to its source file for editing', async () => {
  const links = (await readPages(below)).flatMap(({ path, html }) => {
    const href = find(html, /<a href="([^"]*)">Edit page</)
    return href === undefined ? [] : [{ path, href }]
  })
  expect(links.map(({ path }) => path)).toContain('/docs-x/guides/express/')
  expect(links.map(({ path }) => path)).toContain('/docs-x/how-this-site-is-tested/')
  const edit = `${below.sourceUrl}/edit/main/`
  for (const { path, href } of links) {
    expect(href.startsWith(`${edit}content/`), href).toBe(true)
    expect(href).toContain(`/${path.split('/').at(-2)}.md`)
    expect(existsSync(join(root, href.slice(edit.length))), href).toBe(true)
  }
})

test('a page below content/ shows the day of its last commit', async () => {
  const days = daysOfUpdate(readHistory(root))
  const shown = new Map(
    (await readPages(site)).map(({ path, html }) => [
      path,
      find(html, /Last updated: <time datetime="([^"]*)">\1</),
    ]),
  )
  for (const [path, file] of [
    ['/', 'content/index.mdx'],
    ['/guides/express/', 'content/guides/express.mdx'],
    ['/examples/express/', 'none'],
  ] as const) {
    expect(shown.get(path), path).toBe(days.get(file))
  }
})

describe.each([site, below])('404 with the base path $basePath', (site) => {
  test.each(['nothing', 'guides/nothing/', 'a/b/c.html'])(
    'the missing address %s is answered with links to existing pages',
    async (path) => {
      const response = await fetch(site.origin + site.basePath + path)
      expect(response.status).toBe(404)
      const html = await response.text()
      expect(html).not.toContain('rel="canonical"')
      const main = html.slice(html.indexOf('<main'))
      for (const page of ['', 'guides/express/', 'how-this-site-is-tested/']) {
        expect(main).toContain(`<a href="${site.basePath}${page}">`)
      }
    },
  )
})
