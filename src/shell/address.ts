/**
 * Where the site is served and where its source is, from the environment:
 *
 * - `SITE_URL`, the origin, for canonical links and the sitemap: `https://docs.example.org`
 * - `BASE_PATH`, the path below it, when the site is not at the root: `/backend-trade-offs/`
 * - `SOURCE_URL`, the repository: `https://github.com/owner/name`; without it no page links to its source
 */

/** The origin, without a path. */
export const site = origin(process.env['SITE_URL'] || 'http://127.0.0.1:4321')

/** The path of the site's root, with a slash at both ends. */
export const base = `/${process.env['BASE_PATH'] ?? ''}/`.replace(/\/{2,}/g, '/')

/** The repository's address without a slash at its end, or `undefined`. */
export const source = process.env['SOURCE_URL']?.replace(/\/+$/, '') || undefined

function origin(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new Error(
      `SITE_URL is "${address}"; set it to an origin such as https://docs.example.org`,
    )
  }
  const { origin, pathname } = new URL(address)
  if (pathname !== '/') {
    throw new Error(`SITE_URL has a path; set SITE_URL=${origin} and BASE_PATH=${pathname}`)
  }
  return origin
}
