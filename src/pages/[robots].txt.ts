import type { APIRoute, GetStaticPaths } from 'astro'
import { absoluteUrl, base } from '../shell/address.ts'

/** Crawlers read `robots.txt` only at the root of an origin. Below a base path there is none. */
export const getStaticPaths = (() =>
  base === '/' ? [{ params: { robots: 'robots' } }] : []) satisfies GetStaticPaths

/** Allows everything and names the sitemap. */
export const GET: APIRoute = () =>
  new Response(`User-agent: *\nAllow: /\n\nSitemap: ${absoluteUrl('/sitemap-index.xml')}\n`)
