import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { runLighthouse, steadyCategories } from '../../lab/page-weight/lighthouse.ts'
import { isForm, overBudget, widths } from '../../lab/page-weight/limits.ts'
import { weigh } from '../../lab/page-weight/weigh.ts'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

const site = inject('site')

describeWith('Chromium', findChromium(), (path) => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  test.each(site.pages.filter((page) => !isForm(page)))('%s keeps its budget', async (page) => {
    for (const width of widths) {
      const weight = await weigh(browser, site.origin + page, width)
      expect(weight.html, 'the page was measured').toBeGreaterThan(1000)
      expect(overBudget(page, weight), `at ${width} px`).toEqual([])
    }
  })

  test.each(['/', '/guides/express/'])('Lighthouse finds nothing on %s', async (page) => {
    const { scores, faults } = await runLighthouse(path, site.origin + page, steadyCategories)
    expect(scores, faults.join('\n')).toEqual({
      accessibility: 100,
      'best-practices': 100,
      seo: 100,
    })
  })
})
