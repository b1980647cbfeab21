import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'

const guide = '/guides/compare/'

describeInChromium(({ openPage }) => {
  /** The visible files of a comparison, from left to right. */
  async function columns(page: Page, region: string): Promise<string[]> {
    const heads = page.locator(
      `fieldset:has(> legend:text-is("${region}")) .panel:visible .head > a`,
    )
    const places = await Promise.all(
      (await heads.all()).map(async (head) => ({
        x: (await head.boundingBox())?.x ?? 0,
        text: await head.innerText(),
      })),
    )
    return places.sort((a, b) => a.x - b.x).map(({ text }) => text)
  }

  test('a comparison shows two stacks side by side, on the same line', async () => {
    const page = await openPage(guide)
    expect(await columns(page, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
    const tops = await page
      .locator('fieldset:has(> legend:text-is("errors")) .panel pre')
      .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top))
    expect(new Set(tops).size).toBe(1)
  })

  test('a comparison takes the stacks from the address, and puts a new choice into the address', async () => {
    const page = await openPage(`${guide}?with=fastify,express`)
    expect(await columns(page, 'model')).toEqual(['fastify/src/models.ts', 'express/src/models.ts'])
    await page.getByRole('combobox', { name: 'Compare' }).selectOption('express')
    expect(await columns(page, 'model')).toEqual(['express/src/models.ts', 'fastify/src/models.ts'])
    expect(new URL(page.url()).searchParams.get('with')).toBe('express,fastify')
  })

  test('a comparison shows the default stacks for an address with an unknown stack', async () => {
    const page = await openPage(`${guide}?with=nobody,express`)
    expect(await columns(page, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
  })

  test.each([true, false])(
    'on a phone a comparison shows one stack at a time and switches with one tap, JavaScript: %s',
    async (javaScriptEnabled) => {
      const page = await openPage(guide, {
        javaScriptEnabled,
        viewport: { width: 390, height: 844 },
      })
      expect(await columns(page, 'errors')).toEqual(['express/src/app.ts'])
      const tab = page.locator('fieldset:has(> legend:text-is("errors")) label').nth(1)
      await tab.click()
      expect(await columns(page, 'errors')).toEqual(['fastify/src/app.ts'])
    },
  )

  test('on a phone the tab of a stack has its lines, selects it in every comparison, and stays in place', async () => {
    const page = await openPage(guide, { viewport: { width: 390, height: 844 } })
    const tab = page.locator('fieldset:has(> legend:text-is("openapi")) label').nth(1)
    const [, lines = ''] = /(\d+)\s+lines/.exec(await tab.innerText()) ?? []
    await tab.scrollIntoViewIfNeeded()
    const before = (await tab.boundingBox())?.y
    await tab.click()
    expect((await tab.boundingBox())?.y).toBeCloseTo(before ?? NaN, 0)
    expect(await columns(page, 'routes')).toEqual(['fastify/src/app.ts'])
    const head = page.locator('fieldset:has(> legend:text-is("openapi")) .panel:visible .head')
    expect(await head.innerText()).toMatch(RegExp(`\\b${lines} lines`))
  })

  test('a comparison offers only examples of the same contract', async () => {
    const page = await openPage(guide, { javaScriptEnabled: false })
    const options = await page
      .locator('form.choice select >> nth=0')
      .locator('option')
      .allTextContents()
    expect(options.map((text) => text.trim())).toEqual(['Express 5', 'Fastify 5'])
    expect(await columns(page, 'shutdown')).toEqual(['express/src/main.ts', 'fastify/src/main.ts'])
  })

  test('a comparison shows both stacks on paper and without JavaScript', async () => {
    const page = await openPage(guide, { javaScriptEnabled: false })
    expect(await columns(page, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
    await page.emulateMedia({ media: 'print' })
    expect(await columns(page, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
  })
})
