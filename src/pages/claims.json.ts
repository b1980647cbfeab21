import type { APIRoute } from 'astro'
import { readClaims } from '../model/claims/claims.ts'
import { absoluteUrl } from '../shell/address.ts'

/** All claims as data. A statement with two parts, c14a and c14b, becomes two entries: c14, part a and part b. */
export const GET: APIRoute = async () =>
  Response.json(
    (await readClaims()).map(({ id: entry, data }) => {
      const [, id, part] = /^(c\d+)([a-z]?)$/.exec(entry) ?? []
      return {
        id,
        ...(part && { part }),
        ...data,
        ...(data.measured && {
          measured: { ...data.measured, page: absoluteUrl(`/${data.measured.page}/`) },
        }),
        sources: data.sources.map((source) => ({ ...source, host: new URL(source.url).hostname })),
        links: {
          claim: absoluteUrl(`/claims/#${entry}`),
          guides: data.guides.map((guide) => absoluteUrl(`/${guide}/`)),
          examples: data.examples.map((example) => absoluteUrl(`/examples/${example}/`)),
        },
      }
    }),
  )
