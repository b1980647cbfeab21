import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'

const guide = '/guides/compare/'
const phone = { width: 390, height: 844 }

/** The files of one comparison, in the order of the menu. */
const files = {
  model: [
    ...['express/src/models.ts', 'fastify/src/models.ts', 'fastapi/models.py'],
    'axum/src/models.rs',
  ],
  validation: [
    ...['express/src/app.ts', 'fastify/src/app.ts', 'fastapi/problem.py'],
    'axum/src/validation.rs',
  ],
}

describeInChromium(({ openPage }) => {
  const comparison = (page: Page, region: string) =>
    page.locator(`fieldset:has(> legend:text-is("${region}"))`)

  /** The visible files of a comparison, row by row from left to right. */
  async function columns(page: Page, region: string): Promise<string[]> {
    const heads = comparison(page, region).locator('.panel:visible .head > a')
    const places = await Promise.all(
      (await heads.all()).map(async (head) => {
        const { x = 0, y = 0 } = (await head.boundingBox()) ?? {}
        return { x, y, text: await head.innerText() }
      }),
    )
    return places.sort((a, b) => a.y - b.y || a.x - b.x).map(({ text }) => text)
  }

  test('a comparison shows two stacks side by side, on the same line', async () => {
    const page = await openPage(guide)
    expect(await columns(page, 'validation')).toEqual(files.validation.slice(0, 2))
    const tops = await comparison(page, 'validation')
      .locator('.panel:visible pre')
      .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top))
    expect(tops).toHaveLength(2)
    expect(new Set(tops).size).toBe(1)
  })

  test('a comparison takes the stacks from the address, and puts a new choice into the address', async () => {
    const page = await openPage(`${guide}?with=axum,express`)
    expect(await columns(page, 'model')).toEqual([files.model[3], files.model[0]])
    const left = page.getByRole('combobox', { name: 'Compare' })
    // Choosing the stack of the other side swaps the two.
    await left.selectOption('express')
    expect(await columns(page, 'model')).toEqual([files.model[0], files.model[3]])
    await left.selectOption('fastapi')
    expect(await columns(page, 'model')).toEqual([files.model[2], files.model[3]])
    expect(new URL(page.url()).searchParams.get('with')).toBe('fastapi,axum')
  })

  test('a comparison shows the default stacks for an address with an unknown stack', async () => {
    const page = await openPage(`${guide}?with=nobody,express`)
    expect(await columns(page, 'model')).toEqual(files.model.slice(0, 2))
  })

  test.each([true, false])(
    'on a phone a comparison has a tab for each stack and shows one at a time, JavaScript: %s',
    async (javaScriptEnabled) => {
      const page = await openPage(guide, { javaScriptEnabled, viewport: phone })
      const tabs = comparison(page, 'model').locator('label')
      expect(await tabs.count()).toBe(files.model.length)
      for (const [index, file] of files.model.entries()) {
        await tabs.nth(index).click()
        expect(await columns(page, 'model')).toEqual([file])
      }
      const boxes = await tabs.evaluateAll((all) => all.map((tab) => tab.getBoundingClientRect()))
      expect(new Set(boxes.map(({ top }) => top)).size, 'one row of tabs').toBe(1)
    },
  )

  test('on a phone the tab of a stack has its lines, selects it in every comparison, and stays in place', async () => {
    const page = await openPage(guide, { viewport: phone })
    const tab = comparison(page, 'openapi').locator('label').nth(2)
    const [lines = ''] = /\d+ lines/.exec(await tab.innerText()) ?? []
    await tab.scrollIntoViewIfNeeded()
    const before = (await tab.boundingBox())?.y
    await tab.click()
    expect((await tab.boundingBox())?.y).toBeCloseTo(before ?? NaN, 0)
    expect(await columns(page, 'validation')).toEqual(['fastapi/problem.py'])
    const head = comparison(page, 'openapi').locator('.panel:visible .head')
    expect(await head.innerText()).toContain(lines)
  })

  test('a comparison offers only examples of the same contract', async () => {
    const page = await openPage(guide, { javaScriptEnabled: false })
    const options = await page
      .locator('form.choice select >> nth=0')
      .locator('option')
      .allTextContents()
    expect(options.map((text) => text.trim())).toEqual([
      ...['Express 5', 'Fastify 5', 'FastAPI', 'axum 0.8'],
    ])
  })

  test('a comparison shows every stack on paper and without JavaScript', async () => {
    const page = await openPage(guide, { javaScriptEnabled: false })
    expect(await columns(page, 'validation')).toEqual(files.validation)
    await page.emulateMedia({ media: 'print' })
    expect(await columns(page, 'validation')).toEqual(files.validation)
  })

  test('the lines above a comparison are those of the table, for each stack', async () => {
    const page = await openPage(guide, { javaScriptEnabled: false })
    const heads = await comparison(page, 'routes').locator('.head > span').allInnerTexts()
    const row = page.locator('.lines-table tr', { hasText: 'routes' })
    const counts = await row.locator('td').allInnerTexts()
    expect(heads).toEqual(counts.map((count) => `${count} lines`))
    expect(counts).toHaveLength(4)
  })
})
