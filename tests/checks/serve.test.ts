import { once } from 'node:events'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen, siteHandler } from '../../scripts/serve.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const site = {
  'public/index.html': 'home',
  'public/404.html': 'no such page',
  'public/guides/express/index.html': 'guide',
  'public/guides/express.md': '# Ü',
  'public/starters/express.tar.gz': 'archive',
  'public/starters/express.zip': 'archive',
  'public/starters/SHA256SUMS': 'sums',
  'public/style.css': 'body {}',
  'secret.txt': 'not part of the site',
}

/** Serves the site and sends one request with this path, unchanged. */
async function ask(path: string, { basePath = '/', method = 'GET' } = {}) {
  const dir = join(temporaryFolder(site, tmpdir()), 'public')
  const server = await listen(siteHandler({ dir, basePath }))
  onTestFinished(() => server.close())
  const { hostname, port } = new URL(server.origin)
  const sent = request({ hostname, port, path, method, agent: false }).end()
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('the server of the built site', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/guides/express/', 'text/html; charset=utf-8'],
    ['/guides/express.md', 'text/markdown; charset=utf-8'],
    ['/starters/express.tar.gz', 'application/gzip'],
    ['/starters/express.zip', 'application/zip'],
    ['/starters/SHA256SUMS', 'text/plain; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
  ])('the server sends %s as %s', async (path, type) => {
    const { status, headers } = await ask(path)
    expect([status, headers['content-type']?.toLowerCase()]).toEqual([200, type])
  })

  test('the server sends a tar.gz without a Content-Encoding, so that it stays compressed', async () => {
    const { headers } = await ask('/starters/express.tar.gz')
    expect(headers['content-encoding']).toBeUndefined()
  })

  test('the server redirects a page without its final slash', async () => {
    const { status, headers } = await ask('/guides/express?q=1')
    expect([status, headers['location']]).toEqual([301, '/guides/express/?q=1'])
  })

  test('the server answers a missing page with 404.html and status 404', async () => {
    const { status, headers, body } = await ask('/nowhere/')
    expect([status, body]).toEqual([404, 'no such page'])
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    `/${encodeURIComponent('../secret.txt')}`,
    '/guides/../../secret.txt',
  ])('the path %s does not reach a file outside the folder', async (path) => {
    const { status, body } = await ask(path)
    expect([status, body]).toEqual([404, 'no such page'])
  })

  test('the server answers HEAD without a body', async () => {
    const { status, body } = await ask('/', { method: 'HEAD' })
    expect([status, body]).toEqual([200, ''])
  })

  test.each([
    ['http://docs.example.org/guides/express/', [200, 'guide']],
    ['HTTP://docs.example.org', [200, 'home']],
    ['http://docs.example.org?q=1', [200, 'home']],
    ['http://docs.example.org/nowhere/', [404, 'no such page']],
    ['*', [404, 'no such page']],
  ])('the server takes the request target %s (RFC 9112)', async (path, expected) => {
    const { status, body } = await ask(path)
    expect([status, body]).toEqual(expected)
  })

  test('the server rejects POST with 405 and the allowed methods', async () => {
    const { status, headers } = await ask('/', { method: 'POST' })
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD'])
  })
})

test('the origin of a server has brackets around an IPv6 address', async () => {
  // IPv4 in the notation of IPv6: it also works on a machine without IPv6.
  const server = await listen((_request, response) => response.end(), { host: '::ffff:127.0.0.1' })
  onTestFinished(() => server.close())
  expect(server.origin).toMatch(/^http:\/\/\[::ffff:127\.0\.0\.1\]:\d+$/)
  expect((await fetch(server.origin)).status).toBe(200)
})

describe('below a base path', () => {
  const below = { basePath: '/docs-x/' }

  test.each(['/', '/docs-x', '/?q=1', '/docs-x?q=1', 'http://docs.example.org/docs-x'])(
    'a server below a base path redirects %s to it',
    async (path) => {
      const { status, headers } = await ask(path, below)
      expect([status, headers['location']]).toEqual([302, '/docs-x/'])
    },
  )

  test('a server below a base path serves the pages there', async () => {
    expect((await ask('/docs-x/', below)).body).toBe('home')
    expect((await ask('/docs-x/guides/express/', below)).body).toBe('guide')
  })

  test('a redirect for a final slash keeps the base path', async () => {
    const { headers } = await ask('/docs-x/guides/express', below)
    expect(headers['location']).toBe('/docs-x/guides/express/')
  })

  test('a server below a base path serves nothing outside of it', async () => {
    expect((await ask('/guides/express/', below)).status).toBe(404)
    expect((await ask('/docs-xy/', below)).status).toBe(404)
  })
})
