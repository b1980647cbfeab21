import { execFileSync } from 'node:child_process'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { describeInChromium } from '../tools/browsers.ts'

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/** The subjects of the commits that changed one page. Empty in a shallow clone. */
const subjects =
  git('rev-parse', '--is-shallow-repository') === 'true'
    ? []
    : git('log', '--format=%s', '--', 'content/guides/express.mdx').split('\n').filter(Boolean)

interface Item {
  readonly title: string
  readonly link: string
  readonly guid: string
  readonly date: string
}

/** Parses a feed as a feed reader does. Throws when it is not XML. */
const parse = `(text) => {
  const feed = new DOMParser().parseFromString(text, 'application/xml')
  const error = feed.querySelector('parsererror')
  if (error) throw new Error(error.textContent)
  const read = (item, name) => item.getElementsByTagName(name)[0]?.textContent
  return {
    link: read(feed, 'link'),
    self: feed.getElementsByTagName('atom:link')[0].getAttribute('href'),
    items: [...feed.querySelectorAll('rss > channel > item')].map((item) => ({
      title: read(item, 'title'), link: read(item, 'link'),
      guid: read(item, 'guid'), date: read(item, 'pubDate'),
    })),
  }
}`

describeInChromium(({ newContext }) => {
  describe.each([inject('site'), inject('siteBelow')])('with the base path $basePath', (site) => {
    const address = `${site.origin}${site.basePath}rss.xml`

    test('the RSS feed is valid XML, and its items link to pages, newest first', async () => {
      const page = await (await newContext()).newPage()
      const text = await (await fetch(address)).text()
      const { link, self, items } = (await page.evaluate(
        `(${parse})(${JSON.stringify(text)})`,
      )) as { link: string; self: string; items: Item[] }

      expect([link, self]).toEqual([site.origin + site.basePath, address])
      expect(items.length).toBeLessThanOrEqual(50)
      const pages = site.pages.map((path) => site.origin + path)
      expect(items.filter(({ link }) => !pages.includes(link))).toEqual([])
      expect(new Set(items.map(({ guid }) => guid)).size).toBe(items.length)
      const times = items.map(({ date }) => Date.parse(date))
      expect(times).toEqual(times.toSorted((a, b) => b - a))
      const told = items.filter(({ link }) => link.endsWith('/guides/express/'))
      const expected = subjects.map((subject) => `Express: ${subject}`)
      expect(told.map(({ title }) => title)).toEqual(expected.slice(0, told.length))
      if (items.length < 50) expect(told.length).toBe(expected.length)
    })

    test('every page links to the RSS feed', async () => {
      for (const path of site.pages) {
        const html = await (await fetch(site.origin + path)).text()
        const href = /<link rel="alternate" type="application\/rss\+xml"[^>]* href="([^"]*)"/.exec(
          html,
        )?.[1]
        expect(site.origin + href, path).toBe(address)
      }
    })

    test('the page of changes lists the same changes as the RSS feed', async () => {
      const feed = await (await fetch(address)).text()
      const markdown = await (await fetch(`${site.origin}${site.basePath}changes.md`)).text()
      const links = feed.match(/<item>.*?<link>[^<]*/gs)?.map((item) => item.split('<link>')[1])
      // A change that is the only one of its day is not in a list.
      const listed = markdown.match(/^ {2}\S.*/gm)?.join('\n') ?? ''
      expect(Array.from(listed.matchAll(/\]\(([^)]*)\)/g), ([, link]) => link)).toEqual(links ?? [])
      expect(markdown).toContain(
        links ? 'newest 50 changes' : 'built without the history of its repository',
      )
    })
  })
})
