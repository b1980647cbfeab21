import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

const site = inject('site')

interface Entry {
  readonly id: string
  readonly part?: string
  readonly better: string
  readonly sources: readonly { readonly url: string }[]
  readonly examples: readonly unknown[]
}

const claims = (await (await fetch(`${site.origin}/claims.json`)).json()) as Entry[]

describeWith('The annotated article, in Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function open(options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(`${site.origin}/article/`)
    return page
  }

  test('every statement is marked, and each mark opens evidence, the better sentence and the example', async () => {
    const page = await open({ javaScriptEnabled: false })
    for (const { id, part = '', better, sources, examples } of claims) {
      const evidence = page.locator(`#evidence-${id}${part}-1`)
      await page.locator(`[popovertarget="evidence-${id}${part}-1"].mark`).click()
      await evidence.waitFor()
      expect(await evidence.innerText()).toContain(better)
      for (const { url } of sources) {
        expect(await evidence.locator(`a[href="${url}"]`).count(), url).toBeGreaterThan(0)
      }
      const launches = evidence.getByRole('link', { name: 'Open in StackBlitz' })
      expect(await launches.count()).toBe(examples.length)
      await page.keyboard.press('Escape')
      await evidence.waitFor({ state: 'hidden' })
    }
  })

  test('beside each passage stands, for each of its statements, what can be said', async () => {
    const page = await open()
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

  test('on paper each statement bears its verdict in words, and the notes are there', async () => {
    const page = await open()
    await page.emulateMedia({ media: 'print' })
    const verdict = await page
      .locator('.claim')
      .first()
      .evaluate((claim) => getComputedStyle(claim, '::after').content)
    expect(verdict).toContain('opinion')
    const better = claims[0]?.better ?? ''
    expect(await page.locator('.passage li', { hasText: better }).isVisible()).toBe(true)
  })

  test('a press in the evidence opens the example, as the button of its guide does', async () => {
    const page = await open()
    await page.getByRole('button', { name: /^right: Express/ }).click()
    const launch = page.getByRole('note').getByRole('link', { name: 'Open in StackBlitz' })
    await launch.hover()
    await expect.poll(() => launch.getAttribute('title')).toContain('new tab')
  })
})
