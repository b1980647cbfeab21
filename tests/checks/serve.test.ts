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

/** Serves the site and sends one request whose path goes over the wire as it stands. */
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
  ])('%s is %s', async (path, type) => {
    const { status, headers } = await ask(path)
    expect([status, headers['content-type']?.toLowerCase()]).toEqual([200, type])
  })

  test('a tar.gz arrives packed', async () => {
    const { headers } = await ask('/starters/express.tar.gz')
    expect(headers['content-encoding']).toBeUndefined()
  })

  test('a page without its last slash redirects', async () => {
    const { status, headers } = await ask('/guides/express?q=1')
    expect([status, headers['location']]).toEqual([301, '/guides/express/?q=1'])
  })

  test('what does not exist is the page 404.html', async () => {
    const { status, headers, body } = await ask('/nowhere/')
    expect([status, body]).toEqual([404, 'no such page'])
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    `/${encodeURIComponent('../secret.txt')}`,
    '/guides/../../secret.txt',
  ])('%s does not leave the folder', async (path) => {
    const { status, body } = await ask(path)
    expect([status, body]).toEqual([404, 'no such page'])
  })

  test('HEAD has no body', async () => {
    const { status, body } = await ask('/', { method: 'HEAD' })
    expect([status, body]).toEqual([200, ''])
  })

  test('POST is refused', async () => {
    const { status, headers } = await ask('/', { method: 'POST' })
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD'])
  })
})

describe('below a base path', () => {
  const below = { basePath: '/docs-x/' }

  test.each(['/', '/docs-x'])('%s leads there', async (path) => {
    const { status, headers } = await ask(path, below)
    expect([status, headers['location']]).toEqual([302, '/docs-x/'])
  })

  test('the site is there', async () => {
    expect((await ask('/docs-x/', below)).body).toBe('home')
    expect((await ask('/docs-x/guides/express/', below)).body).toBe('guide')
  })

  test('a redirect stays there', async () => {
    const { headers } = await ask('/docs-x/guides/express', below)
    expect(headers['location']).toBe('/docs-x/guides/express/')
  })

  test('and nowhere else', async () => {
    expect((await ask('/guides/express/', below)).status).toBe(404)
    expect((await ask('/docs-xy/', below)).status).toBe(404)
  })
})
