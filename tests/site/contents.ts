import { expect, inject, test } from 'vitest'
import type { Evaluator } from './observe/axe.ts'

/** The links of the table of contents next to the text, and whether each is marked as the current section. */
const readMarks = `[...document.querySelectorAll('.contents a')].map((link) => ({
  hash: link.hash,
  isMarked: getComputedStyle(link, '::after').content !== 'none',
}))`

interface Mark {
  readonly hash: string
  readonly isMarked: boolean
}

/** Tests the table of contents of a guide in the browser that opens the page. */
export function testContents(open: (address: string) => Promise<Evaluator>): void {
  test('the table of contents marks the section that the reader has reached, and no other', async () => {
    const page = await open(`${inject('site').origin}/guides/express/`)
    const marks = async () => (await page.evaluate(readMarks)) as Mark[]
    const marked = async () =>
      (await marks()).filter((mark) => mark.isMarked).map(({ hash }) => hash)
    const all = (await marks()).map(({ hash }) => hash)
    expect(all.length).toBeGreaterThan(5)

    // The last sections may be too short to reach the top of the window.
    for (const hash of all.slice(0, -2)) {
      await page.evaluate(`location.hash = '${hash}'`)
      await expect.poll(marked, { message: hash }).toEqual([hash])
    }
    await page.evaluate('scrollTo(0, 0)')
    await expect.poll(marked).toEqual(['#_top'])
  })
}
