import { expect, test } from 'vitest'
import type { TestBrowser } from './browser.ts'
import type { ServedSite } from './setup.ts'

/** Every link of the contents beside the text, and whether it is marked as the section that is being read. */
const marks = `[...document.querySelectorAll('.contents a')].map((link) => ({
  hash: link.hash,
  marked: getComputedStyle(link, '::after').content !== 'none',
}))`

interface Mark {
  readonly hash: string
  readonly marked: boolean
}

/** The contents of a guide mark the section that is read, and it alone, wherever the reader goes. */
export function describeContents(site: ServedSite, launch: () => Promise<TestBrowser>): void {
  test('the contents mark the section that is read', async () => {
    const browser = await launch()
    const page = await browser.open(`${site.origin}/guides/express/`)
    const marked = async () =>
      ((await page.evaluate(marks)) as Mark[]).filter((mark) => mark.marked).map(({ hash }) => hash)
    const all = ((await page.evaluate(marks)) as Mark[]).map(({ hash }) => hash)
    expect(all.length).toBeGreaterThan(5)

    // The last sections may be too short to come to stand at the top.
    for (const hash of all.slice(0, -2)) {
      await page.evaluate(`location.hash = '${hash}'`)
      await expect.poll(marked, { message: hash }).toEqual([hash])
    }
    await page.evaluate('scrollTo(0, 0)')
    await expect.poll(marked).toEqual(['#_top'])
    await browser.close()
  })
}
