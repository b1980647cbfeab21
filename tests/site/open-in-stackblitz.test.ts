import { expect, test } from 'vitest'
import type { Example } from '../../src/model/examples/example.ts'
import { formFields, stackblitzPayload } from '../../src/model/examples/stackblitz-payload.ts'
import { describeInChromium } from '../tools/browsers.ts'
import {
  capture,
  examples,
  filesOf,
  launchButton,
  neverOpenable,
  openGuide,
  untilReady,
  type PostedForm,
} from './launching.ts'

describeInChromium(({ newContext }) => {
  const isPayload = (path: string) => path.endsWith('/payload.json')

  function expectProject(example: Example, { address, fields }: PostedForm): void {
    expect(address.origin + address.pathname).toBe('https://stackblitz.com/run')
    expect(address.searchParams.get('file')).toBe(example.manifest.open)
    expect(fields).toEqual(Object.fromEntries(formFields(stackblitzPayload(example))))
    expect(filesOf(fields)).toEqual(
      Object.fromEntries(example.files.map(({ path, text }) => [path, text])),
    )
  }

  test.each(examples)(
    'one click opens $id in a new tab and leaves the guide open',
    async (example) => {
      const context = await newContext()
      const { page, requests } = await openGuide(context, example)
      expect(requests.filter(isPayload), 'before the pointer is over the button').toEqual([])
      const form = capture(context)
      await launchButton(page).hover()
      await untilReady(page)
      await launchButton(page).click()
      expectProject(example, await form)
      expect(new URL(page.url()).pathname).toBe(example.manifest.guide)
    },
  )

  // The button is the same for every example.
  const oneExample = examples.slice(0, 1)

  test.each(oneExample)('Enter on the focused button opens $id', async (example) => {
    const context = await newContext()
    const { page } = await openGuide(context, example)
    const form = capture(context)
    await launchButton(page).focus()
    await untilReady(page)
    await page.keyboard.press('Enter')
    expectProject(example, await form)
  })

  test.each(examples)(
    'without JavaScript the button leads to a form that posts $id',
    async (example) => {
      const context = await newContext({ javaScriptEnabled: false })
      const { page } = await openGuide(context, example)
      const form = capture(context)
      await launchButton(page).click()
      expect(new URL(page.url()).pathname).toBe(`/open/${example.id}/`)
      await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
      expectProject(example, await form)
    },
  )

  test.each(oneExample)(
    'while the payload of $id is loading, the button leads to the form',
    async (example) => {
      const context = await newContext()
      const { page } = await openGuide(context, example)
      await context.route('**/payload.json', () => undefined)
      const form = capture(context)
      await launchButton(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
      await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
      expectProject(example, await form)
    },
  )

  test.each(oneExample)(
    'when the payload of $id cannot be loaded, the button leads to the form',
    async (example) => {
      const context = await newContext()
      const { page } = await openGuide(context, example)
      await context.route('**/payload.json', (route) => route.fulfill({ status: 503 }))
      await launchButton(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
    },
  )

  test.each(oneExample)(
    'with Save-Data the payload of $id is not fetched ahead',
    async (example) => {
      const context = await newContext()
      await context.addInitScript(
        'Object.defineProperty(navigator, "connection", { value: { saveData: true } })',
      )
      const { page, requests } = await openGuide(context, example)
      await launchButton(page).hover()
      await launchButton(page).click()
      await page.waitForURL(`**/open/${example.id}/`)
      expect(requests.filter(isPayload)).toEqual([])
    },
  )

  test.each(neverOpenable)(
    'without JavaScript the guide to $id and its page to open say why StackBlitz cannot run it, and show the command',
    async ({ id, example, reason }) => {
      const { install, start } = example.manifest.commands
      const context = await newContext({ javaScriptEnabled: false })
      const { page } = await openGuide(context, example)
      for (const path of [example.manifest.guide, `/open/${id}/`]) {
        await page.goto(path)
        expect(await page.getByText(reason).first().isVisible(), path).toBe(true)
        const line = page.locator('.shell-line code').first()
        expect(await line.innerText()).toMatch(/^curl -fsSL http/)
        expect(await line.innerText()).toContain(` && ${install} && ${start}`)
        expect(await launchButton(page).count()).toBe(0)
      }
      const payload = await page.request.get(`/open/${id}/payload.json`)
      expect(payload.status()).toBe(404)
    },
  )
})
