import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { withPolicyFirst } from '../../src/build/csp/csp.ts'

const source = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** A page as Astro builds it, with the policy last in the head. */
const page = (policy: string, rest = '') =>
  `<!DOCTYPE html><html><head><meta charset="utf-8"/><script>first()</script><style>a{}</style>` +
  `<meta http-equiv="content-security-policy" content="${policy}"></head><body>${rest}</body></html>`

test('the policy moves to the start of the head and keeps only the hashes of scripts and styles on the page', () => {
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

test('a page without a policy fails the build with the name of the page', () => {
  expect(() => withPolicyFirst('<html><head></head></html>', 'a/index.html')).toThrow(
    'a/index.html has no Content-Security-Policy',
  )
})
