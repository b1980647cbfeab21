import { expect, inject, test } from 'vitest'
import { testContents } from '../site/contents.ts'
import { findViolations, leavesOrigin, openAllDetails, setScheme } from '../site/observe/axe.ts'
import { describeInFirefox } from '../tools/browsers.ts'

const site = inject('site')

/** The template that a page is made with: every guide has the same. */
const templateOf = (path: string) =>
  path.replace(/^\/(?:guides|open)\/[^/]+/, '/*').replace(/^\/examples(?:\/[^/]+)+/, '/*/*')

/** One page of each template. Axe checks every page in Chromium, and its rules read the same HTML there. */
const samples = Object.values(Object.groupBy(site.pages, templateOf)).flatMap(
  (pages = []) => pages[0] ?? [],
)

describeInFirefox((newPage) => {
  test.each(site.pages)(
    'Firefox shows %s without an error or a request elsewhere',
    async (path) => {
      const page = await newPage()
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(site.origin + path, { waitUntil: 'networkidle0' })
      expect(complaints).toEqual([])
      expect(requests.filter((address) => leavesOrigin(address, site.origin))).toEqual([])
    },
  )

  test.each(samples)('axe finds no violation on %s in Firefox, light or dark', async (path) => {
    const page = await newPage()
    await page.goto(site.origin + path)
    await page.evaluate(openAllDetails)
    const light = await setScheme(page, 'light')
    expect(await findViolations(page), 'light').toEqual([])
    expect(await setScheme(page, 'dark')).not.toBe(light)
    expect(await findViolations(page), 'dark').toEqual([])
  })

  testContents(async (address) => {
    const page = await newPage()
    await page.goto(address)
    return page
  })
})
