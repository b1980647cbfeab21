import puppeteer from 'puppeteer-core'
import { expect, inject, test } from 'vitest'
import { findFirefox } from '../../scripts/find.ts'
import { readExamples } from '../../src/model/examples/example.ts'
import {
  formFields,
  stackblitzPayload,
  stackblitzAction,
} from '../../src/model/examples/stackblitz-payload.ts'
import { describeWith } from '../tools/describe-with.ts'

describeWith('Firefox', findFirefox(), (executablePath) => {
  const examples = readExamples().filter(({ manifest }) => manifest.runs.stackblitz === true)

  test.each(examples)('the form on /open/$id/ sends the project', async (example) => {
    await using browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
    })
    const page = await browser.newPage()
    await page.goto(`${inject('site').origin}/open/${example.id}/`)
    await page.setRequestInterception(true)
    const sent = Promise.withResolvers<{ address: string; body: string | undefined }>()
    page.on('request', (request) => {
      void (async () => {
        // The browser's own, such as that for the icon.
        if (request.method() !== 'POST') return request.continue()
        const body = await request.fetchPostData()
        sent.resolve({ address: request.url(), body })
        await request.respond({
          status: 200,
          contentType: 'text/html',
          body: '<title>Captured</title>',
        })
      })().catch(sent.reject)
    })
    await page.click('main form button')

    const { address, body } = await sent.promise
    const project = stackblitzPayload(example)
    expect(address).toBe(stackblitzAction(project))
    const fields = [...new URLSearchParams(body)].map(([name, value]) => [
      name,
      value.replaceAll('\r\n', '\n'),
    ])
    expect(fields).toEqual(formFields(project))
  })
})
