import { basename } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { expect, test } from 'vitest'
import { readExample } from '../../src/model/examples/example.ts'
import { describeInChromium } from '../tools/browsers.ts'

describeInChromium((chromium) => {
  const openPage = (path: string, options: BrowserContextOptions = {}) =>
    chromium.openPage(path, { ...options, javaScriptEnabled: false })

  test('without JavaScript every file of an example can be read', async () => {
    const page = await openPage('/examples/express/')
    const files = page.getByRole('group', { name: 'Files of express' })
    for (const { path, text = '' } of readExample('express').files) {
      await files
        .locator('label', { hasText: basename(path) })
        .first()
        .click()
      const shown = files.locator('pre, .not-shown').filter({ visible: true })
      const content = await shown.textContent()
      if (!content?.includes('not shown here')) expect(content).toBe(text.trimEnd())
      expect(await files.getByText(path, { exact: true }).last().isVisible(), path).toBe(true)
    }
  })

  test('without JavaScript the link above a snippet leads to its file', async () => {
    const page = await openPage('/guides/express/')
    await page.getByRole('link', { name: 'express/src/models.ts' }).first().click()
    await page.waitForURL('**/examples/express/#src-models-ts')
    const file = page.locator('#src-models-ts')
    expect(await file.isVisible()).toBe(true)
    await expect
      .poll(() => file.evaluate((one) => one.getBoundingClientRect().top))
      .toBeLessThan(900)
  })

  test('without JavaScript a link leads to the files of an example on another page, and back', async () => {
    const page = await openPage('/examples/kafka/')
    const files = page.getByRole('group', { name: /^Files of kafka/ })
    expect(await files.getByText('group.ts').count()).toBe(0)
    await files.getByRole('link', { name: 'requests and groups' }).click()
    await page.waitForURL('**/examples/kafka/dev-broker-requests/')
    await files.locator('label', { hasText: /\bgroup\.ts/ }).click()
    expect(await page.locator('#dev-broker-group-ts pre').isVisible()).toBe(true)
    await files.getByRole('link', { name: 'Kafka from Node' }).click()
    await page.waitForURL('**/examples/kafka/')
  })

  test('without JavaScript the list of files of a project links to each file on its page', async () => {
    const page = await openPage('/open/kafka/')
    await page.getByRole('link', { name: 'dev-broker/log.ts' }).click()
    await page.waitForURL('**/examples/kafka/dev-broker/#dev-broker-log-ts')
    expect(await page.locator('#dev-broker-log-ts').isVisible()).toBe(true)
  })

  test('without JavaScript the menu opens and the table of contents unfolds on a phone', async () => {
    const page = await openPage('/guides/express/', { viewport: { width: 390, height: 800 } })
    await page.getByText('On this page').filter({ visible: true }).click()
    const contents = page.getByRole('navigation', { name: 'On this page' })
    await contents.getByRole('link', { name: 'Where it runs' }).click()
    await page.waitForURL('**/#where-it-runs')
    await page.getByRole('button', { name: 'Menu' }).click()
    const menu = page.getByRole('navigation', { name: 'Main' })
    await menu.getByRole('link', { name: 'How this site is tested' }).click()
    await page.waitForURL('**/how-this-site-is-tested/')
  })

  test.each(['light', 'dark'] as const)(
    'without JavaScript the page follows a system that prefers %s colors',
    async (colorScheme) => {
      const page = await openPage('/guides/express/', { colorScheme })
      const color = await page
        .locator('body')
        .evaluate((body) => getComputedStyle(body).backgroundColor)
      const lightness = Number(/^oklch\(([\d.]+)/.exec(color)?.[1])
      expect(lightness > 0.5 ? 'light' : 'dark').toBe(colorScheme)
    },
  )

  test('without JavaScript the page hides search, theme and copy buttons, and the launch bar works', async () => {
    const page = await openPage('/guides/express/')
    expect(await page.getByRole('button', { name: 'Search' }).isVisible()).toBe(false)
    expect(await page.getByLabel('Theme').first().isVisible()).toBe(false)
    await page.getByText('Copy starter').click()
    expect(await page.getByText('npm ci').first().isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'Copy' }).isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Open in StackBlitz' }).click()
    await page.getByRole('button', { name: 'Send to StackBlitz' }).waitFor()
  })
})
