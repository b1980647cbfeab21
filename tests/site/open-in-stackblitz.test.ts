import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { formFields, stackblitzPayload } from '../../src/model/examples/stackblitz-payload.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import { button, capture, examples, filesOf, openGuide, ready, type Sent } from './launching.ts'

describeWith('Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  describe.each(examples)('$id: Open in StackBlitz', (example) => {
    const { guide } = example.manifest
    const published = Object.fromEntries(example.files.map(({ path, text }) => [path, text]))
    const isPayload = (requested: string) => requested.endsWith('/payload.json')

    /** Both ways lead to StackBlitz with the same project. */
    function expectProject(sent: Sent): void {
      expect(sent.address.origin + sent.address.pathname).toBe('https://stackblitz.com/run')
      expect(sent.address.searchParams.get('file')).toBe(example.manifest.open)
      expect(sent.fields).toEqual(Object.fromEntries(formFields(stackblitzPayload(example))))
      expect(filesOf(sent)).toEqual(published)
    }

    test('one press opens a new tab with the project, without leaving the guide', async () => {
      const { context, page, requests } = await openGuide(browser, example)
      expect(requests.filter(isPayload), 'before the pointer comes near').toEqual([])
      const sent = capture(context)
      await button(page).hover()
      await ready(page)
      await button(page).click()
      expectProject(await sent)
      expect(new URL(page.url()).pathname).toBe(guide)
    })

    test('by keyboard too', async () => {
      const { context, page } = await openGuide(browser, example)
      const sent = capture(context)
      await button(page).focus()
      await ready(page)
      await page.keyboard.press('Enter')
      expectProject(await sent)
    })

    test('without JavaScript the link leads to a form that sends the same', async () => {
      const { context, page } = await openGuide(browser, example, { javaScriptEnabled: false })
      const sent = capture(context)
      await button(page).click()
      expect(new URL(page.url()).pathname).toBe(`/open/${example.id}/`)
      await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
      expectProject(await sent)
    })

    test('while the project is slow to come the link leads to the form', async () => {
      const { context, page } = await openGuide(browser, example)
      await context.route('**/payload.json', () => undefined)
      const sent = capture(context)
      await button(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
      await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
      expectProject(await sent)
    })

    test('when the project cannot be had the link leads to the form', async () => {
      const { context, page } = await openGuide(browser, example)
      await context.route('**/payload.json', (route) => route.fulfill({ status: 503 }))
      await button(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
    })

    test('with Save-Data nothing is fetched ahead', async () => {
      const { context, page, requests } = await openGuide(browser, example)
      await context.addInitScript(
        'Object.defineProperty(navigator, "connection", { value: { saveData: true } })',
      )
      await page.reload({ waitUntil: 'networkidle' })
      await button(page).hover()
      await button(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
      expect(requests.filter(isPayload)).toEqual([])
    })
  })
})
