import { expect, inject, test } from 'vitest'
import { runLighthouse, steadyCategories } from '../../lab/page-weight/lighthouse.ts'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'

describeWith('Chromium', findChromium(), (executablePath) => {
  test.each(['/', '/guides/express/'])(
    'Lighthouse gives %s full scores for accessibility, best practices and SEO',
    async (page) => {
      const { scores, failedAudits } = await runLighthouse(
        executablePath,
        inject('site').origin + page,
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
