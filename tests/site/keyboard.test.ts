import { expect, test } from 'vitest'
import { describeInChromium } from '../tools/browsers.ts'
import { expectReachable, walkControls } from './observe/focus.ts'

const narrow = { viewport: { width: 390, height: 700 } }

describeInChromium(({ openPage }) => {
  test.each(['/', '/guides/express/', '/examples/express/'])(
    'Tab reaches every control of %s in order in a window of 390 pixels, and each shows it',
    async (path) => expectReachable(await walkControls(await openPage(path, narrow))),
  )

  test('the menu of a narrow window opens, takes the focus from link to link, and closes', async () => {
    const page = await openPage('/guides/express/', narrow)
    const menu = page.getByRole('navigation', { name: 'Main' })
    const button = page.getByRole('button', { name: 'Menu' })
    await button.focus()
    await page.keyboard.press('Enter')
    await menu.waitFor()
    const links = await menu.getByRole('link').allTextContents()
    for (const text of links) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.textContent')).toBe(text)
    }
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.localName')).toBe('select')
    // The focus cannot reach what the menu covers.
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.localName')).toBe('body')
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    // The event comes after the menu has closed.
    await expect.poll(() => page.evaluate('document.querySelector(".columns").inert')).toBe(false)
  })

  test('arrow keys move from file to file of an example', async () => {
    const page = await openPage('/examples/express/')
    const files = page.getByRole('group', { name: 'Files of express' })
    const ids = await files.getByRole('radio').evaluateAll((radios) => radios.map(({ id }) => id))
    const shown = files.locator('pre, .not-shown').filter({ visible: true })
    await files.getByRole('radio', { checked: true }).focus()
    const reached = new Set<unknown>()
    for (let press = 0; press < ids.length; press += 1) {
      await page.keyboard.press('ArrowRight')
      expect(await shown.count()).toBe(1)
      reached.add(await page.evaluate('document.activeElement.id'))
    }
    expect(reached.size).toBe(ids.length)
  })

  test('the keyboard unfolds a starter and copies its shell line', async () => {
    const page = await openPage('/guides/express/')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByText('Copy starter').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('npm')
  })
})
