import { inject } from 'vitest'
import { findFirefox } from '../../scripts/find.ts'
import { launchFirefox } from '../site/browser.ts'
import { describeContents } from '../site/contents.ts'
import { describePages } from '../site/pages.ts'
import { describeWith } from '../tools/describe-with.ts'

describeWith('Firefox', findFirefox(), (path) => {
  const site = inject('site')
  describePages(site, [1280], () => launchFirefox(path))
  describeContents(site, () => launchFirefox(path))
})
