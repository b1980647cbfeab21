import { inject } from 'vitest'
import { describeWith } from '../tools/describe-with.ts'
import { findChromium } from '../tools/find.ts'
import { launchChromium } from './browser.ts'
import { describeContents } from './contents.ts'
import { describeLinks, describePages } from './pages.ts'

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  describePages(site, 'light', () => launchChromium(path, 'light'))
  describePages(site, 'dark', () => launchChromium(path, 'dark'))
  describePages(site, 'light', () => launchChromium(path, 'light', 390))
  describeLinks(site, () => launchChromium(path, 'light'))
  describeLinks(inject('siteBelow'), () => launchChromium(path, 'light'))
  describeContents(site, () => launchChromium(path, 'light'))
})
