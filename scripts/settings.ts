/**
 * What the environment may set, checked before anything slow begins. Each function takes the raw text of one variable
 * (undefined or empty when it is not set) and throws a SettingsError that names the mend.
 */

/** A setting that cannot be used: the message is made for the reader of a terminal. */
export class SettingsError extends Error {}

/** `PORT`: a TCP port, 0 for any that is free. */
export function parsePort(text: string | undefined): number {
  if (!text) return 4321
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new SettingsError(
    `PORT is "${text}", which is no port. Give a whole number from 0 (any free port) to 65535: PORT=4322 npm start`,
  )
}

/** `BASE_PATH`: the path below which the site lies, with a slash at both ends; `/` when it is a whole domain. */
export function parseBasePath(text: string | undefined): string {
  if (!text) return '/'
  if (/^(\/[\w.~-]+)*\/?$/.test(text)) return text.endsWith('/') ? text : `${text}/`
  throw new SettingsError(
    `BASE_PATH is "${text}", which is no path. Begin it with a slash and use only letters, digits and - . _ ~: BASE_PATH=/docs/`,
  )
}

/** `SITE_URL`: the origin that the site is published on, without a path. */
export function parseSiteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new SettingsError(
    `SITE_URL is "${text}", which is no origin. Give scheme and host, and the path in BASE_PATH: ` +
      'SITE_URL=https://example.org BASE_PATH=/docs/',
  )
}
