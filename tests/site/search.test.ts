// cspell:ignore ксилофон
import type { Page } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'

describeInChromium(({ newContext }) => {
  async function openPage(path = '/how-this-site-is-tested/') {
    const context = await newContext()
    const page = await context.newPage()
    const requests: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await page.goto(path, { waitUntil: 'networkidle' })
    return { context, page, requests }
  }

  const button = (page: Page) => page.getByRole('button', { name: 'Search' })
  const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search' })
  const field = (page: Page) => dialog(page).getByRole('textbox', { name: 'Search' })
  const results = (page: Page) => dialog(page).getByRole('list').getByRole('link')
  const focused = (page: Page) => page.evaluate('document.activeElement.textContent.trim()')

  test('the search index is fetched only when the search opens', async () => {
    const { page, requests } = await openPage()
    const searchRequests = () => requests.filter((path) => path.includes('/pagefind/'))
    await button(page).hover()
    await button(page).focus()
    await page.waitForLoadState('networkidle')
    expect(searchRequests()).toEqual([])
    await button(page).click()
    await expect.poll(searchRequests).not.toEqual([])
  })

  test('a search for "express validation" finds the guide to Express, and Enter opens the first result', async () => {
    const { page } = await openPage()
    await button(page).click()
    await field(page).pressSequentially('express validation')
    await results(page).getByText('Express', { exact: true }).waitFor()
    const guide = results(page).filter({ hasText: /^Express$/ })
    expect(await guide.getAttribute('href')).toBe('/guides/express/')

    const first = (await results(page).first().getAttribute('href')) ?? ''
    await field(page).press('Enter')
    await page.waitForURL(inject('site').origin + first)
  })

  test.each([
    ['the slash key', (page: Page) => page.keyboard.press('/')],
    ['Ctrl+K', (page: Page) => page.keyboard.press('Control+k')],
    ['the search button', (page: Page) => button(page).press('Enter')],
  ])('%s opens the search, Escape closes it and returns the focus', async (name, open) => {
    const { page } = await openPage()
    const before = name === 'the search button' ? button(page) : page.getByRole('link').nth(5)
    await before.focus()
    const focusBefore = await focused(page)
    await open(page)
    await dialog(page).waitFor()
    await page.keyboard.type('kafka/')
    expect(await field(page).inputValue()).toBe('kafka/')
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'hidden' })
    expect(await focused(page)).toBe(focusBefore)
  })

  test('arrow keys move through the search results', async () => {
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

  test.each([
    ['kafkaesque', 'No page contains “kafkaesque”; the nearest are'],
    ['kafka kafkaesque', 'No page contains “kafka kafkaesque”; the nearest are'],
  ])(
    'a search for %s, which no page contains, says so and shows the nearest',
    async (query, text) => {
      const { page } = await openPage()
      await page.keyboard.press('/')
      await field(page).fill(query)
      await dialog(page).getByText(text, { exact: true }).waitFor()
      await results(page).first().waitFor()
    },
  )

  test('a search counts the pages whose text contains the word, in any case', async () => {
    const { page } = await openPage()
    await page.keyboard.press('/')
    await field(page).fill('tombstone')
    await dialog(page)
      .getByRole('status')
      .getByText(/ contains? “tombstone”/)
      .waitFor()
  })

  test('the search works offline once it has been opened', async () => {
    const { context, page } = await openPage()
    await page.keyboard.press('/')
    // Pagefind reports no result only after it has loaded the whole index. No page contains even the first letter of this word.
    await page.keyboard.type('ксилофон')
    await dialog(page).getByText('No page contains “ксилофон”').waitFor()
    await context.setOffline(true)
    await field(page).fill('validation')
    await results(page)
      .filter({ hasText: /^Validation and OpenAPI$/ })
      .waitFor()
  })

  test('a search that is opened offline reports the failed load, not an empty result', async () => {
    const { context, page } = await openPage()
    await context.setOffline(true)
    await page.keyboard.press('/')
    const message = dialog(page).getByText(
      "The search index didn't load. Check the connection, then reload the page.",
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
