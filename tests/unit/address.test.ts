import { expect, onTestFinished, test, vi } from 'vitest'

/** Reads the address of the site with these variables and no others. */
function readAddress(env: Readonly<Record<string, string>>) {
  for (const name of ['SITE_URL', 'BASE_PATH', 'SOURCE_URL']) vi.stubEnv(name, env[name])
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.resetModules()
  return import('../../src/shell/address.ts')
}

test('an empty SITE_URL, BASE_PATH or SOURCE_URL counts as not set', async () => {
  const { site, base, source } = await readAddress({ SITE_URL: '', BASE_PATH: '', SOURCE_URL: '' })
  expect({ site, base, source }).toEqual({
    site: 'http://127.0.0.1:4321',
    base: '/',
    source: undefined,
  })
})

test('SITE_URL, BASE_PATH and SOURCE_URL need no slash at an end', async () => {
  const { absoluteUrl, source } = await readAddress({
    SITE_URL: 'https://docs.example.org/',
    BASE_PATH: 'v1.2/docs_x',
    SOURCE_URL: 'https://git.example.org/owner/name/',
  })
  expect(absoluteUrl('/a/')).toBe('https://docs.example.org/v1.2/docs_x/a/')
  expect(source).toBe('https://git.example.org/owner/name')
})

test.each([
  ['SITE_URL', ' '],
  ['SITE_URL', 'docs.example.org'],
  ['SITE_URL', 'ftp://docs.example.org'],
  ['SITE_URL', 'https://docs.example.org/docs/'],
  ['SITE_URL', 'https://docs.example.org/?a'],
  ['SITE_URL', 'https://user:secret@docs.example.org'],
  ['BASE_PATH', ' '],
  ['BASE_PATH', '/a b/'],
  ['BASE_PATH', '/../a/'],
  ['BASE_PATH', '/a?b'],
  ['BASE_PATH', '/ü/'],
  ['BASE_PATH', 'https://docs.example.org/docs/'],
  ['BASE_PATH', 'C:/Program Files/docs/'],
  ['SOURCE_URL', ' '],
  ['SOURCE_URL', 'owner/name'],
  ['SOURCE_URL', 'git@git.example.org:owner/name.git'],
])('%s=%j is refused by its name and value', async (name, value) => {
  await expect(readAddress({ [name]: value })).rejects.toThrow(`${name} is "${value}"`)
})
