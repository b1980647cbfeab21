import rss from '@astrojs/rss'
import type { APIRoute } from 'astro'
import { siteChanges } from '../model/history/site-changes.ts'
import { shell } from '../shell/starlight.ts'
import { absoluteUrl } from '../shell/address.ts'

/** The changes of the pages as a feed. */
export const GET: APIRoute = async () =>
  rss({
    title: `${shell.title}: changes`,
    description: 'The changes of each page, from the history of the repository.',
    site: absoluteUrl('/'),
    xmlns: { atom: 'http://www.w3.org/2005/Atom' },
    customData:
      '<language>en</language>' +
      `<atom:link href="${absoluteUrl('/rss.xml')}" rel="self" type="application/rss+xml"/>`,
    items: (await siteChanges()).map(({ hash, at, subject, page }) => ({
      title: `${page.title}: ${subject}`,
      link: absoluteUrl(page.path),
      pubDate: new Date(at),
      // A page can change more than once, so its address doesn't identify an item.
      customData: `<guid isPermaLink="false">${hash}${encodeURI(page.path)}</guid>`,
    })),
  })
