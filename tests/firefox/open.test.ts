import { expect, inject, test } from 'vitest'
import {
  formFields,
  stackblitzAction,
  stackblitzPayload,
} from '../../src/model/examples/stackblitz-payload.ts'
import { examples, parseForm } from '../site/launching.ts'
import { describeInFirefox } from '../tools/browsers.ts'

describeInFirefox((newPage) => {
  // Chromium posts every project, and both browsers encode a form as the HTML standard says.
  test.each(examples.slice(0, 1))(
    'the form on /open/$id/ posts the project from Firefox',
    async (example) => {
      const page = await newPage()
      await page.goto(`${inject('site').origin}/open/${example.id}/`)
      await page.setRequestInterception(true)
      const posted = Promise.withResolvers<{ address: string; body: string | undefined }>()
      page.on('request', (request) => {
        void (async () => {
          // Firefox itself also sends requests, such as the one for the icon.
          if (request.method() !== 'POST') return request.continue()
          const body = await request.fetchPostData()
          posted.resolve({ address: request.url(), body })
          await request.respond({
            status: 200,
            contentType: 'text/html',
            body: '<title>Captured</title>',
          })
        })().catch(posted.reject)
      })
      await page.click('main form button')

      const { address, body } = await posted.promise
      const payload = stackblitzPayload(example)
      expect(address).toBe(stackblitzAction(payload))
      expect(parseForm(body ?? '')).toEqual(Object.fromEntries(formFields(payload)))
    },
  )
})
