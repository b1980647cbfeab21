import { inject } from 'vitest'
import { launchFirefox } from '../site/browser.ts'
import { describeContents } from '../site/contents.ts'
import { describeLinks, describePages } from '../site/pages.ts'
import { describeWith } from '../tools/describe-with.ts'
import { findFirefox } from '../tools/find.ts'

describeWith('Firefox', findFirefox(), (path) => {
  const site = inject('site')
  describePages(site, 'light', () => launchFirefox(path, 'light'))
  describePages(site, 'dark', () => launchFirefox(path, 'dark'))
  describeLinks(site, () => launchFirefox(path, 'light'))
  describeLinks(inject('siteBelow'), () => launchFirefox(path, 'light'))
  describeContents(site, () => launchFirefox(path, 'light'))
})
