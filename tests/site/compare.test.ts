import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

const page = `${inject('site').origin}/guides/one-api-two-frameworks/`

describeWith('Compare, in Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function open(
    options: Parameters<Browser['newContext']>[0] = {},
    address = page,
  ): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    onTestFinished(() => context.close())
    const opened = await context.newPage()
    await opened.goto(address)
    return opened
  }

  /** The files shown of a comparison, from left to right, by their heads. */
  async function columns(opened: Page, region: string): Promise<string[]> {
    const heads = opened.locator(
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

  test('two stacks side by side, on the same line', async () => {
    const opened = await open()
    expect(await columns(opened, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
    const tops = await opened
      .locator('fieldset:has(> legend:text-is("errors")) .panel pre')
      .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top))
    expect(new Set(tops).size).toBe(1)
  })

  test('the address chooses the stacks, and the choice is put into the address', async () => {
    const opened = await open({}, `${page}?with=fastify,express`)
    expect(await columns(opened, 'model')).toEqual([
      'fastify/src/orders.ts',
      'express/src/openapi.ts',
    ])
    await opened.getByRole('combobox', { name: 'Compare' }).selectOption('express')
    expect(await columns(opened, 'model')).toEqual([
      'express/src/openapi.ts',
      'fastify/src/orders.ts',
    ])
    expect(new URL(opened.url()).searchParams.get('with')).toBe('express,fastify')
  })

  test('an address that names no stack is no harm', async () => {
    const opened = await open({}, `${page}?with=nobody,express`)
    expect(await columns(opened, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
  })

  test.each([true, false])(
    'on a phone one at a time, the other a press away; JavaScript: %s',
    async (javaScriptEnabled) => {
      const opened = await open({ javaScriptEnabled, viewport: { width: 390, height: 844 } })
      expect(await columns(opened, 'errors')).toEqual(['express/src/app.ts'])
      await opened.locator('fieldset:has(> legend:text-is("errors")) label').nth(1).click()
      expect(await columns(opened, 'errors')).toEqual(['fastify/src/app.ts'])
    },
  )

  test('what meets another contract is not compared, though it has a region of that name', async () => {
    const opened = await open({ javaScriptEnabled: false })
    const options = await opened
      .locator('form.choice select >> nth=0')
      .locator('option')
      .allTextContents()
    expect(options.map((text) => text.trim())).toEqual(['Express 5', 'Fastify 5'])
    expect(await columns(opened, 'shutdown')).toEqual([
      'express/src/main.ts',
      'fastify/src/main.ts',
    ])
  })

  test('on paper and without JavaScript both are there', async () => {
    const opened = await open({ javaScriptEnabled: false })
    expect(await columns(opened, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
    await opened.emulateMedia({ media: 'print' })
    expect(await columns(opened, 'errors')).toEqual(['express/src/app.ts', 'fastify/src/app.ts'])
  })
})
