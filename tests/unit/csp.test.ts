import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { withPolicyFirst } from '../../src/build/csp/csp.ts'

const source = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** A page as Astro builds it: the policy is what comes last in the head. */
const page = (policy: string, rest = '') =>
  `<!DOCTYPE html><html><head><meta charset="utf-8"/><script>first()</script><style>a{}</style>` +
  `<meta http-equiv="content-security-policy" content="${policy}"></head><body>${rest}</body></html>`

test('the policy comes first, with the hashes of what the page holds and no others', () => {
  const policy =
    `default-src 'none';font-src 'self'; script-src 'self' ${source('first()')} ${source('')} ${source('last()')} ${source('elsewhere()')}; ` +
    `style-src 'self' ${source('a{}')} ${source('b{}')};`
  const rest = '<script type="module" src="/a.js"></script><script type="module">last()</script>'
  expect(withPolicyFirst(page(policy, rest), 'a/index.html')).toBe(
    `<!DOCTYPE html><html><head><meta charset="utf-8"/>` +
      `<meta http-equiv="content-security-policy" content="default-src 'none';font-src 'self';` +
      `script-src 'self' ${source('first()')} ${source('last()')};style-src 'self' ${source('a{}')};">` +
      `<script>first()</script><style>a{}</style></head><body>${rest}</body></html>`,
  )
})

test('a page without a policy fails the build by its name', () => {
  expect(() => withPolicyFirst('<html><head></head></html>', 'a/index.html')).toThrow(
    'a/index.html has no Content-Security-Policy',
  )
})
