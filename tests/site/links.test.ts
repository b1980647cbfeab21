import type { Element, Root } from 'hast'
import { selectAll } from 'hast-util-select'
import rehypeParse from 'rehype-parse'
import { unified } from 'unified'
import { describe, expect, inject, test } from 'vitest'

const sites = [inject('site'), inject('siteBelow')]

/** The values of an attribute in a page. */
const values = (page: Root, selector: string, attribute: string) =>
  selectAll(selector, page).map(({ properties }: Element) => String(properties[attribute]))

describe.each(sites)('with the base path $basePath', (site) => {
  test('every link, asset and form on the site leads to an existing file, and every fragment to an element', async () => {
    const ids = new Map<string, string[]>()
    const references: { on: string; to: URL }[] = []
    for (const path of site.pages) {
      const html = await (await fetch(site.origin + path)).text()
      const page = unified().use(rehypeParse).parse(html)
      ids.set(path, values(page, '[id]', 'id'))
      for (const reference of [
        ...values(page, '[href]', 'href'),
        ...values(page, '[src]', 'src'),
        ...values(page, 'form[action]', 'action'),
      ]) {
        references.push({ on: path, to: new URL(reference, site.origin + path) })
      }
    }

    const internal = references.filter(({ to }) => to.origin === site.origin)
    expect(internal.length).toBeGreaterThan(site.pages.length)
    const status = new Map<string, number>()
    for (const { to } of internal) {
      if (status.has(to.pathname)) continue
      // Following redirects would hide a link without its final slash or its base path.
      const response = await fetch(to.origin + to.pathname, { redirect: 'manual' })
      status.set(to.pathname, response.status)
    }
    const broken = internal.filter(({ to }) => {
      if (status.get(to.pathname) !== 200) return true
      const fragment = decodeURIComponent(to.hash.slice(1))
      return fragment !== '' && !ids.get(to.pathname)?.includes(fragment)
    })
    expect(broken.map(({ on, to }) => `${on} → ${to.pathname}${to.hash}`)).toEqual([])
    expect(references.filter(({ to }) => !/^(https?|data):$/.test(to.protocol))).toEqual([])
  })
})
