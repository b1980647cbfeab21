import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { expectStatus, failAnswer, formatRequest, parseBody } from '../expect.ts'
import { ask, type Exchange, type HttpTarget } from '../target.ts'

/** Placeholder for the target's origin, used to resolve addresses. */
const origin = 'http://target.invalid'

const assetTags = /<(?:script|link|img|source|iframe|embed|object)\b[^>]*>/gi
const addressAttribute = /\b(?:src|href|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i

export const docs: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /docs is an HTML page that loads its scripts, styles and pictures from the service itself',
    async run(target) {
      const page = await openDocs(target)
      const addresses = findAssets(page)
      if (addresses.length === 0) failAnswer(page.answer, 'a page with scripts')
      for (const address of addresses) {
        const asset = await ask(target, resolveLocal(address, page.path))
        expectStatus(asset, 200)
        const foreign = asset.type === 'text/css' ? foreignInStyle.exec(asset.text)?.[0] : undefined
        if (foreign !== undefined) fail(formatRequest(asset), 'no address of another host', foreign)
      }
    },
  },
  {
    name: 'GET /docs shows /openapi.json',
    async run(target) {
      const page = await openDocs(target)
      const texts = [page.answer.text]
      for (const address of findAssets(page)) {
        const asset = await ask(target, resolveLocal(address, page.path))
        if (asset.type.includes('javascript')) texts.push(asset.text)
      }
      // Scripts resolve an address against the page; some treat the page as a folder.
      const documents = texts
        .flatMap((text) => [...text.matchAll(quotedAddress)])
        .flatMap(([, found = '']) => [
          resolveLocal(found, page.path),
          resolveLocal(found, `${page.path}/`),
        ])
      const expected = parseBody(await ask(target, '/openapi.json'))
      for (const path of new Set(documents)) {
        const answer = await ask(target, path)
        if (answer.status !== 200 || answer.type !== 'application/json') continue
        expectSame(`${path}, shown by /docs,`, parseBody(answer), expected)
        return
      }
      fail('GET /docs', 'the address of /openapi.json in it or its scripts', documents.join(', '))
    },
  },
]

/** A quoted string in a script that may be the address of a JSON document, and isn't a media type or the word "json". */
const quotedAddress = /["'`]((?!application\/)[\w./-]*[./]json)["'`]/g

const foreignInStyle = /(?:url\(\s*["']?|@import\s+["'])(?:https?:)?\/\/[^"')]*/i

interface Page {
  /** The address after redirects. */
  readonly path: string
  readonly answer: Exchange
}

async function openDocs(target: HttpTarget): Promise<Page> {
  let path = '/docs'
  for (let redirects = 0; redirects <= 5; redirects++) {
    const answer = await ask(target, path, { redirect: 'manual' })
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || location === null) {
      expectStatus(answer, 200)
      if (answer.type !== 'text/html') failAnswer(answer, 'text/html')
      return { path, answer }
    }
    path = resolveLocal(location, path)
  }
  return fail('GET /docs', 'a page', 'more than five redirects')
}

/** The addresses that a page loads, as written in it, without `data:` addresses. */
function findAssets({ answer }: Page): string[] {
  return [...answer.text.matchAll(assetTags)]
    .map(([tag]) => addressAttribute.exec(tag))
    .map((match) => match?.slice(1).find((value) => value !== undefined) ?? '')
    .filter((address) => address !== '' && !/^(data:|#)/.test(address))
}

/** Resolves an address against the path of its page. @throws Error for one on another origin */
function resolveLocal(address: string, path: string): string {
  const url = new URL(address, origin + path)
  if (url.origin !== origin) fail(path, 'addresses on its own origin only', address)
  return url.pathname + url.search
}
