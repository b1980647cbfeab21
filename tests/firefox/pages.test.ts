import { expect, inject, test } from 'vitest'
import { testContents } from '../site/contents.ts'
import { findViolations, leavesOrigin, openAllDetails, setScheme } from '../site/observe/axe.ts'
import { describeInFirefox } from '../tools/browsers.ts'

const { origin, samples } = inject('site')

describeInFirefox((newPage) => {
  // Chromium opens every page, and axe applies its other rules to the same HTML and to the light colors there.
  test.each(samples)(
    'Firefox shows %s without an error, a request elsewhere or a lack of contrast in the dark',
    async (path) => {
      const page = await newPage()
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(origin + path, { waitUntil: 'networkidle0' })
      expect(complaints).toEqual([])
      expect(requests.filter((address) => leavesOrigin(address, origin))).toEqual([])

      await page.evaluate(openAllDetails)
      const light = await setScheme(page, 'light')
      expect(await setScheme(page, 'dark')).not.toBe(light)
      expect(await findViolations(page, 'colors')).toEqual([])
    },
  )

  testContents(async (address) => {
    const page = await newPage()
    await page.goto(address)
    return page
  })
})
