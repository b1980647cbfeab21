/**
 * Where the site is served and where its source is, from the environment:
 *
 * - `SITE_URL`: the origin, for canonical links and the sitemap, such as `https://docs.example.org`
 * - `BASE_PATH`: the path of the site when it isn't at the root, such as `/backend-trade-offs/`
 * - `SOURCE_URL`: the repository, such as `https://github.com/owner/name`. Without it no page links to its source.
 */

/** The origin, without a path. */
export const site = parseOrigin(process.env['SITE_URL'] || 'http://127.0.0.1:4321')

/** The path of the site's root, with a slash at both ends. */
export const base = `/${process.env['BASE_PATH'] ?? ''}/`.replace(/\/{2,}/g, '/')

/** The repository's address without a trailing slash, or `undefined`. */
export const source = process.env['SOURCE_URL']?.replace(/\/+$/, '') || undefined

/** Puts the base path in front of a path that starts with a slash. */
export const url = (path: string): string => base.slice(0, -1) + path

/** Puts the origin and the base path in front of a path that starts with a slash. */
export const absoluteUrl = (path: string): string => site + url(path)

function parseOrigin(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new Error(
      `SITE_URL is "${address}", which isn't an origin. Set it to one, such as https://docs.example.org`,
    )
  }
  const { origin, pathname } = new URL(address)
  if (pathname !== '/') {
    throw new Error(`SITE_URL has a path. Set SITE_URL=${origin} and BASE_PATH=${pathname}`)
  }
  return origin
}
