import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'

describeInChromium(({ openPage }) => {
  test('the table of default behavior begins with the different answers, and shows an equal one once', async () => {
    const page = await openPage('/guides/default-behavior/')
    const rows = page.locator('.edges tbody tr')
    const answers = (await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent)),
    )) as string[][]
    const heading = answers.findIndex((cells) => cells.length === 0)
    const [different, same] = [answers.slice(0, heading), answers.slice(heading + 1)]
    expect(different.length).toBeGreaterThan(10)
    expect(different.filter((cells) => new Set(cells).size < 2)).toEqual([])
    expect(same.length).toBeGreaterThan(10)
    expect(same.filter((cells) => cells.length !== 1)).toEqual([])
    expect(same).toContainEqual(['404 application/problem+json'])
  })

  test('on a phone each answer of the table has the name of its framework, and nothing scrolls sideways', async () => {
    const page = await openPage('/guides/default-behavior/', {
      viewport: { width: 390, height: 844 },
    })
    const box = page.getByRole('region', { name: 'Default behavior' })
    expect(await box.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
    const row = page.locator('.edges tbody tr', { hasText: 'GET /health/' }).first()
    const names = await row
      .locator('td')
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell, '::before').content))
    expect(names).toEqual(['"Express 5"', '"Fastify 5"', '"FastAPI"', '"axum 0.8"'])
  })
})
