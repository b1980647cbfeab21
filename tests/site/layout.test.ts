import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'
import { layOutForPrint, readOverflow, zooms } from './observe/layout.ts'

describeInChromium(({ openPage }) => {
  test.each(zooms)(
    'the search dialog and the menu fit at a zoom of %s',
    async (_zoom, viewport) => {
      const page = await openPage('/guides/express/', { viewport })
      await page.keyboard.press('/')
      await page.keyboard.type('validation')
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('link').first().waitFor()
      expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
      expect(await page.evaluate(readOverflow)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Menu' }).click()
      const menu = page.getByRole('navigation', { name: 'Main' })
      expect(await menu.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
      await menu.getByRole('link', { name: 'How this site is tested' }).click()
      await page.waitForURL('**/how-this-site-is-tested/')
    },
  )

  test('a printed example page shows every file with its name', async () => {
    const page = await openPage('/examples/express/')
    await layOutForPrint(page)
    const panels = page.locator('.example-files > .panel')
    const paths = await page.locator('.example-files > label').allTextContents()
    expect(paths.length).toBeGreaterThan(5)
    for (const [index, path] of paths.entries()) {
      const panel = panels.nth(index)
      expect(await panel.getByText(path.trim(), { exact: true }).isVisible(), path).toBe(true)
      expect(await panel.locator('pre, .not-shown').isVisible(), path).toBe(true)
    }
  })
})
