/** The address of `path`, which begins with a slash, under the base path that the site is built for. */
export const url = (path: string): string => import.meta.env.BASE_URL.replace(/\/$/, '') + path

/** The address of `path`, which begins with a slash, with the origin that the site is built for. */
export const absoluteUrl = (path: string): string => new URL(url(path), import.meta.env.SITE).href
