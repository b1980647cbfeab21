import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { asked, came, expectStatus, parsed } from '../expect.ts'
import { ask, type Exchange, type HttpTarget } from '../target.ts'

/** Stands for the origin of the target while addresses are resolved. */
const origin = 'http://target.invalid'

const assetTags = /<(?:script|link|img|source|iframe|embed|object)\b[^>]*>/gi
const addressAttribute = /\b(?:src|href|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i

export const docs: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /docs is an HTML page whose scripts, styles and pictures all come from the service itself',
    async run(target) {
      const page = await pageOf(target)
      const addresses = assetsOf(page)
      if (addresses.length === 0) fail('GET /docs', 'a page with scripts', came(page.answer))
      for (const address of addresses) {
        const asset = await ask(target, local(address, page.path))
        expectStatus(asset, 200)
        const foreign = asset.type === 'text/css' ? foreignInStyle.exec(asset.text)?.[0] : undefined
        if (foreign !== undefined) fail(asked(asset), 'no address of another host', foreign)
      }
    },
  },
  {
    name: 'GET /docs shows this very /openapi.json',
    async run(target) {
      const page = await pageOf(target)
      const texts = [page.answer.text]
      for (const address of assetsOf(page)) {
        const asset = await ask(target, local(address, page.path))
        if (asset.type.includes('javascript')) texts.push(asset.text)
      }
      // An address in a script is resolved against the page, by some as if the page were a folder.
      const documents = texts
        .flatMap((text) => [...text.matchAll(quotedAddress)])
        .flatMap(([, found = '']) => [local(found, page.path), local(found, `${page.path}/`)])
      const expected = parsed(await ask(target, '/openapi.json'))
      for (const path of new Set(documents)) {
        const answer = await ask(target, path)
        if (answer.status !== 200 || answer.type !== 'application/json') continue
        expectSame(`${path}, which /docs shows,`, parsed(answer), expected)
        return
      }
      fail('GET /docs', 'the address of /openapi.json in it or its scripts', documents.join(', '))
    },
  },
]

/** What may be the address of a JSON document in a script: in quotes, and not a media type. */
const quotedAddress = /["'`]((?!application\/)[\w./-]*json)["'`]/g

const foreignInStyle = /(?:url\(\s*["']?|@import\s+["'])(?:https?:)?\/\/[^"')]*/i

interface Page {
  /** Where it lies, after redirects. */
  readonly path: string
  readonly answer: Exchange
}

async function pageOf(target: HttpTarget): Promise<Page> {
  let path = '/docs'
  for (let redirects = 0; redirects <= 5; redirects++) {
    const answer = await ask(target, path, { redirect: 'manual' })
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || location === null) {
      expectStatus(answer, 200)
      if (answer.type !== 'text/html') fail(asked(answer), 'text/html', came(answer))
      return { path, answer }
    }
    path = local(location, path)
  }
  return fail('GET /docs', 'a page', 'more than five redirects')
}

/** The addresses that a page loads, as they stand in it, without those that hold their own data. */
function assetsOf({ answer }: Page): string[] {
  return [...answer.text.matchAll(assetTags)]
    .map(([tag]) => addressAttribute.exec(tag))
    .map((match) => match?.slice(1).find((value) => value !== undefined) ?? '')
    .filter((address) => address !== '' && !/^(data:|#)/.test(address))
}

/** Resolves an address against the path it was found at. @throws Error for one on another origin */
function local(address: string, path: string): string {
  const url = new URL(address, origin + path)
  if (url.origin !== origin) fail(path, 'addresses on its own origin only', address)
  return url.pathname + url.search
}
