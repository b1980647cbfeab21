import { inject } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { launchChromium } from './browser.ts'
import { describeContents } from './contents.ts'
import { describePages } from './pages.ts'

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  describePages(site, [1280, 390], () => launchChromium(path))
  describeContents(site, () => launchChromium(path))
})
