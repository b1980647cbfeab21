import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'
import { findViolations } from './observe/axe.ts'

const path = '/lab/cost/'
const busy = '?rate=200000&p99=40&price=2&headroom=20'

describeInChromium(({ openPage, newContext }) => {
  const calculator = (page: Page) => page.locator('.calculator')
  const field = (page: Page, name: string) => calculator(page).getByRole('textbox', { name })
  const said = (page: Page) => calculator(page).getByRole('status').innerText()

  /** The text of each cell of the table, row by row. */
  const table = (page: Page) =>
    calculator(page)
      .locator('tbody > tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll<HTMLElement>('th, td')].map((cell) => cell.innerText),
        ),
      )

  test('without JavaScript the calculator shows the result for the default load, and no inputs', async () => {
    const page = await openPage(path, { javaScriptEnabled: false })
    expect(await calculator(page).getByRole('textbox').count()).toBe(0)
    expect(await said(page)).toMatch(/^2,000 requests per second, p99 within 50 ms, 50% headroom/)
    const rows = await table(page)
    expect(rows.map(([name]) => name)).toEqual(['Express', 'Fastify', 'FastAPI', 'axum'])
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^(0|0\.00|)$|NaN|Infinity/)
  })

  test('the calculator takes its inputs from the address', async () => {
    const page = await openPage(path + busy)
    await expect.poll(() => said(page)).toContain('200,000 requests per second, p99 within 40 ms')
    expect(await field(page, 'Headroom, %').inputValue()).toBe('20')
    for (const [, , cores = '', money = ''] of await table(page)) {
      const perMonth = (text: string) => text.match(/\d[\d,.]*/g)?.map(toNumber)
      expect(perMonth(money)).toEqual(perMonth(cores)?.map((count) => count * 730 * 2))
    }
  })

  test('typed inputs give the same result as their address, which follows them and opens it again', async () => {
    const page = await openPage(path)
    const before = await table(page)
    await field(page, 'Requests per second').focus()
    for (const [index, value] of ['200000', '40', '2', '20'].entries()) {
      if (index > 0) await page.keyboard.press('Tab')
      await page.keyboard.press('Control+A')
      await page.keyboard.type(value)
    }
    await page.waitForURL(({ search }) => search === busy)
    const typed = await table(page)
    expect(typed).not.toEqual(before)
    const sentence = await said(page)
    await page.reload()
    expect(await table(page)).toEqual(typed)
    expect(await said(page)).toBe(sentence)

    for (const [name, value] of [
      ['Requests per second', '2000'],
      ['p99 limit, ms', '50'],
      ['Price of a core-hour', '0.04'],
      ['Headroom, %', '50'],
    ] as const) {
      await field(page, name).fill(value)
    }
    await page.waitForURL(({ search }) => search === '')
    expect(await table(page)).toEqual(before)
  })

  test.each([
    ['?headroom=100', 'Headroom, %', 'from 0 to 90'],
    ['?price=0,04', 'Price of a core-hour', 'from 0.001 to 100'],
    ['?p99=', 'p99 limit, ms', 'from 1 to 1,000'],
    ['?rate=1e9&headroom=20', 'Requests per second', 'from 1 to 1,000,000'],
  ])('the calculator says how to fix %s and keeps its result', async (query, name, limits) => {
    const page = await openPage(path)
    const before = await table(page)
    await page.goto(path + query)
    expect(await said(page)).toContain(`${name}: enter a number ${limits}`)
    expect(await said(page)).toContain('still shows 2,000 requests per second')
    expect(await table(page)).toEqual(before)
    const bad = calculator(page).locator('input[aria-invalid=true]')
    expect(await bad.getAttribute('aria-describedby')).toBe(
      await calculator(page).getByRole('status').getAttribute('id'),
    )
    await bad.focus()
    await bad.fill('30')
    await expect.poll(() => said(page)).not.toContain('enter a number')
    expect(await bad.count()).toBe(0)
    expect(new URL(page.url()).search).toContain('=30')
  })

  test('an input that turns bad keeps the last good result and its address', async () => {
    const page = await openPage(path + busy)
    await expect.poll(() => said(page)).toContain('200,000 requests per second')
    const good = await table(page)
    await field(page, 'p99 limit, ms').fill('fast')
    await expect.poll(() => said(page)).toContain('p99 limit, ms: enter a number')
    expect(await said(page)).toContain('still shows 200,000 requests per second')
    expect(await table(page)).toEqual(good)
    expect(new URL(page.url()).search).toBe(busy)
    expect(await findViolations(page)).toEqual([])
  })

  test('the calculator announces a result once, after the last key', async () => {
    const context = await newContext()
    const page = await context.newPage()
    await page.clock.install()
    await page.goto(path)
    await page.evaluate(`
      window.announced = []
      const output = document.querySelector('.calculator output')
      new MutationObserver(() => announced.push(output.textContent)).observe(output, { childList: true })`)
    const rate = field(page, 'Requests per second')
    await rate.fill('300')
    // The calculation arrives once a field has the focus.
    await expect
      .poll(async () => {
        await page.clock.runFor(1_000)
        return said(page)
      })
      .toMatch(/^300 requests per second/)
    await page.evaluate('void (announced = [])')
    await rate.press('End')
    await page.keyboard.type('000')
    await page.clock.runFor(1_000)
    expect(await page.evaluate('announced')).toEqual([
      expect.stringMatching(/^300,000 requests per second/),
    ])
  })
})

const toNumber = (text: string) => Number(text.replaceAll(',', ''))
