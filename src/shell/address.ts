/**
 * Where the site is served and where its source is, from the environment. A variable that is empty counts as not set.
 *
 *
 * - `SITE_URL`: the origin, for canonical links and the sitemap, such as `https://docs.example.org`
 * - `BASE_PATH`: the path of the site when it isn't at the root, such as `/backend-trade-offs/`
 * - `SOURCE_URL`: the repository, such as `https://github.com/owner/name`. Without it no page links to its source.
 */

/** The origin, without a path. */
export const site = parseOrigin(process.env['SITE_URL'] || 'http://127.0.0.1:4321')

/** The path of the site's root, with a slash at both ends. */
export const base = parsePath(process.env['BASE_PATH'] || '/')

/** The repository's address without a trailing slash, or `undefined`. */
export const source = parseRepository(process.env['SOURCE_URL'])

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
  const { origin, pathname, href } = new URL(address)
  if (href !== `${origin}/`) {
    throw new Error(
      `SITE_URL is "${address}", which is more than an origin. Set SITE_URL=${origin} and BASE_PATH=${pathname}`,
    )
  }
  return origin
}

/** Letters, digits, `-`, `.`, `_` and `~` need no encoding in a URL. A segment that begins with a dot may be `..`. */
function parsePath(text: string): string {
  const path = `/${text}/`.replace(/\/{2,}/g, '/')
  if (/^\/([\w~-][\w.~-]*\/)*$/.test(path)) return path
  throw new Error(
    `BASE_PATH is "${text}", which isn't a path of letters, digits, "-", "_", "." and "~". Set it to one, such as /backend-trade-offs/`,
  )
}

function parseRepository(address: string | undefined): string | undefined {
  if (!address) return undefined
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) {
    return address.replace(/\/+$/, '')
  }
  throw new Error(
    `SOURCE_URL is "${address}", which isn't the address of a repository. Set it to one, such as https://github.com/owner/name`,
  )
}
