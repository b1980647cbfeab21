import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { chromiumOptions } from '../tools/browsers.ts'
import { describeWith } from '../tools/describe-with.ts'

/** The setting that blocks all sites from storing data. */
const refuseStorage = { profile: { default_content_setting_values: { cookies: 2 } } }

// Chromium without windows has no settings that a user can change.
describeWith('Chromium', findChromium(), (executablePath) => {
  const { origin } = inject('site')

  /** Opens the guide in a browser with its own profile. `preferences` are settings that a user can change. */
  async function openProfile(preferences: object = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'profile-'))
    mkdirSync(join(folder, 'Default'))
    writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(preferences))
    const context = await chromium.launchPersistentContext(folder, {
      ...chromiumOptions(executablePath),
      colorScheme: 'light',
    })
    onTestFinished(async () => {
      await context.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(`${origin}/guides/express/`)
    return { page, complaints }
  }

  const choose = (page: Page, theme: string) =>
    page.getByLabel('Theme').first().selectOption({ label: theme })

  /** The scheme of the page, by its background, and the label of the chosen theme. */
  async function look(page: Page): Promise<[paper: string, choice: string]> {
    const color = (await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string
    const lightness = Number(/^oklch\(([\d.]+)/.exec(color)?.[1])
    const choice = await page.getByLabel('Theme').first().locator('option:checked').textContent()
    return [lightness > 0.5 ? 'light' : 'dark', choice ?? '']
  }

  test('the chosen theme survives a reload and applies to other pages', async () => {
    const { page } = await openProfile()
    expect(await look(page)).toEqual(['light', 'System'])
    await choose(page, 'Dark')
    expect(await look(page)).toEqual(['dark', 'Dark'])
    await page.reload()
    expect(await look(page)).toEqual(['dark', 'Dark'])
    await page.goto(`${origin}/`)
    expect(await look(page)).toEqual(['dark', 'Dark'])
    await page.emulateMedia({ colorScheme: 'dark' })
    await choose(page, 'Light')
    await page.reload()
    expect(await look(page)).toEqual(['light', 'Light'])
  })

  test('the theme System follows the system, immediately and after a reload', async () => {
    const { page } = await openProfile()
    await choose(page, 'Dark')
    await choose(page, 'System')
    expect(await look(page)).toEqual(['light', 'System'])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await look(page)).toEqual(['dark', 'System'])
    await page.reload()
    expect(await look(page)).toEqual(['dark', 'System'])
  })

  test('a browser that blocks storage keeps the chosen theme until the next page, without an error', async () => {
    const { page, complaints } = await openProfile(refuseStorage)
    expect(await page.evaluate('try { localStorage.length } catch (error) { error.name }')).toBe(
      'SecurityError',
    )
    await choose(page, 'Dark')
    expect(await look(page)).toEqual(['dark', 'Dark'])
    await page.reload()
    expect(await look(page)).toEqual(['light', 'System'])
    expect(complaints).toEqual([])
  })
})
