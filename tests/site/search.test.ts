// cspell:ignore ксилофон
import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  async function openPage(path = '/how-this-site-is-tested/') {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const requests: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await page.goto(site.origin + path, { waitUntil: 'networkidle' })
    return { context, page, requests }
  }

  const button = (page: Page) => page.getByRole('button', { name: 'Search' })
  const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search' })
  const field = (page: Page) => dialog(page).getByRole('textbox', { name: 'Search' })
  const results = (page: Page) => dialog(page).getByRole('list').getByRole('link')
  const focused = (page: Page) => page.evaluate('document.activeElement.textContent.trim()')

  test('nothing of it is fetched before it is opened', async () => {
    const { page, requests } = await openPage()
    const ofSearch = () => requests.filter((path) => path.includes('/pagefind/'))
    await button(page).hover()
    await button(page).focus()
    await page.waitForLoadState('networkidle')
    expect(ofSearch()).toEqual([])
    await button(page).click()
    await expect.poll(ofSearch).not.toEqual([])
  })

  test('"validation" finds the guide to Express, and Enter goes to the first page found', async () => {
    const { page } = await openPage()
    await button(page).click()
    await field(page).pressSequentially('validation')
    await results(page).getByText('Express', { exact: true }).waitFor()
    const guide = results(page).filter({ hasText: /^Express$/ })
    expect(await guide.getAttribute('href')).toBe('/guides/express/')

    const first = (await results(page).first().getAttribute('href')) ?? ''
    await field(page).press('Enter')
    await page.waitForURL(site.origin + first)
  })

  test.each([
    ['a slash', (page: Page) => page.keyboard.press('/')],
    ['Ctrl and K', (page: Page) => page.keyboard.press('Control+k')],
    ['the button', (page: Page) => button(page).press('Enter')],
  ])('%s opens it, Escape closes it, and the focus is where it was', async (way, open) => {
    const { page } = await openPage()
    const before = way === 'the button' ? button(page) : page.getByRole('link').nth(5)
    await before.focus()
    const name = await focused(page)
    await open(page)
    await dialog(page).waitFor()
    await page.keyboard.type('kafka/')
    expect(await field(page).inputValue()).toBe('kafka/')
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'hidden' })
    expect(await focused(page)).toBe(name)
  })

  test('arrow keys go through what was found', async () => {
    const { page } = await openPage()
    await page.keyboard.press('/')
    await page.keyboard.type('express')
    await results(page).nth(1).waitFor()
    const texts = await results(page).allTextContents()
    for (const text of texts.slice(0, 2)) {
      await page.keyboard.press('ArrowDown')
      expect(await focused(page)).toBe(text)
    }
    await page.keyboard.press('ArrowUp')
    expect(await focused(page)).toBe(texts[0])
  })

  test('once opened it works without a network', async () => {
    const { context, page } = await openPage()
    await page.keyboard.press('/')
    // Nothing is found only when everything has been looked at. No page holds even its first letter, which would be found.
    await page.keyboard.type('ксилофон')
    await dialog(page).getByText('No pages contain “ксилофон”').waitFor()
    await context.setOffline(true)
    await field(page).fill('validation')
    await results(page)
      .filter({ hasText: /^Validation and OpenAPI$/ })
      .waitFor()
  })

  test('without a network from the start it says so, and does not say that nothing was found', async () => {
    const { context, page } = await openPage()
    await context.setOffline(true)
    await page.keyboard.press('/')
    const message = dialog(page).getByText(
      'The search index could not be loaded. Check the connection, then reload the page.',
    )
    await message.waitFor()
    await page.keyboard.type('validation')
    await message.waitFor()

    await context.setOffline(false)
    await page.reload()
    await page.keyboard.press('/')
    await page.keyboard.type('validation')
    await results(page).first().waitFor()
  })
})
