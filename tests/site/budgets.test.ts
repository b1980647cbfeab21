import { expect, inject, test } from 'vitest'
import { runLighthouse, steadyCategories } from '../../lab/page-weight/lighthouse.ts'
import { isForm, checkBudget, widths } from '../../lab/page-weight/limits.ts'
import { weigh } from '../../lab/page-weight/weigh.ts'
import { describeInChromium } from '../tools/browsers.ts'

const site = inject('site')

describeInChromium(({ executablePath, browser }) => {
  test.each(site.pages.filter((page) => !isForm(page)))(
    'the weight of %s is within its budget',
    async (page) => {
      for (const width of widths) {
        const weight = await weigh(browser(), site.origin + page, width)
        expect(weight.html, 'the page was measured').toBeGreaterThan(1000)
        expect(checkBudget(page, weight), `at ${width} px`).toEqual([])
      }
    },
  )

  test.each(['/', '/guides/express/'])(
    'Lighthouse gives %s full scores for accessibility, best practices and SEO',
    async (page) => {
      const { scores, failedAudits } = await runLighthouse(
        executablePath,
        site.origin + page,
        steadyCategories,
      )
      expect(scores, failedAudits.join('\n')).toEqual({
        accessibility: 100,
        'best-practices': 100,
        seo: 100,
      })
    },
  )
})
