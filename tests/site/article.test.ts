import { expect, inject, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'
import { examples as openable } from './launching.ts'

const site = inject('site')

interface Entry {
  readonly id: string
  readonly part?: string
  readonly better: string
  readonly sources: readonly { readonly url: string }[]
  readonly examples: readonly string[]
}

const claims = (await (await fetch(`${site.origin}/claims.json`)).json()) as Entry[]

describeInChromium(({ openPage }) => {
  test('the mark of each statement in the article opens its evidence, the better sentence and the examples', async () => {
    const page = await openPage('/article/', { javaScriptEnabled: false })
    for (const { id, part = '', better, sources, examples } of claims) {
      const evidence = page.locator(`#evidence-${id}${part}-1`)
      await page.locator(`[popovertarget="evidence-${id}${part}-1"].mark`).click()
      await evidence.waitFor()
      expect(await evidence.innerText()).toContain(better)
      for (const { url } of sources) {
        expect(await evidence.locator(`a[href="${url}"]`).count(), url).toBeGreaterThan(0)
      }
      const shown = evidence.locator('a[href^="/examples/"]')
      expect(await shown.count(), id).toBe(examples.length)
      const launches = evidence.getByRole('link', { name: 'Open in StackBlitz' })
      const opened = openable.filter(({ id }) => examples.includes(id))
      expect(await launches.count(), id).toBe(opened.length)
      await page.keyboard.press('Escape')
      await evidence.waitFor({ state: 'hidden' })
    }
  })

  test('next to each passage of the article is a note for each of its statements', async () => {
    const page = await openPage('/article/')
    const passages = await page.locator('.passage').all()
    const noted: string[] = []
    for (const passage of passages) {
      const marks = await passage.locator('.opener > button').all()
      const marked = await Promise.all(
        marks.map(async (mark) => (await mark.getAttribute('popovertarget'))?.split('-')[1]),
      )
      const notes = await passage.locator('> ul > li').allInnerTexts()
      expect(notes.map((note) => note.split(/\s/)[0])).toEqual(marked)
      noted.push(...notes)
    }
    const sorted = noted.toSorted()
    expect(sorted).toHaveLength(claims.length)
    for (const [index, { id, part = '', better }] of claims.entries()) {
      expect(sorted[index]).toContain(`${id}${part}`)
      expect(sorted[index]).toContain(better)
    }
  })

  test('a printed article shows the verdict of each statement in words, and the notes', async () => {
    const page = await openPage('/article/')
    await page.emulateMedia({ media: 'print' })
    const verdict = await page
      .locator('.claim')
      .first()
      .evaluate((claim) => getComputedStyle(claim, '::after').content)
    expect(verdict).toContain('opinion')
    const better = claims[0]?.better ?? ''
    expect(await page.locator('.passage li', { hasText: better }).isVisible()).toBe(true)
  })

  test('the launch button in the evidence of a claim opens the example in a new tab', async () => {
    const page = await openPage('/article/')
    await page.getByRole('button', { name: /^right: Express/ }).click()
    const launch = page.getByRole('note').getByRole('link', { name: 'Open in StackBlitz' })
    await launch.hover()
    await expect.poll(() => launch.getAttribute('title')).toContain('new tab')
  })
})
