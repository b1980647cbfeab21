import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration, AstroUserConfig } from 'astro'

const hash = (text: string | Buffer) =>
  `sha256-${createHash('sha256').update(text).digest('base64')}` as const

/**
 * A page may load and run files of its own origin, and post a form to StackBlitz. Astro adds the hashes of the inline scripts
 * and styles that it writes; `theme.js` is the one that it doesn't know.
 *
 * `frame-ancestors` and HSTS don't work in a page. The host has to send them as headers.
 */
const policy = {
  algorithm: 'SHA-256',
  directives: [
    "default-src 'none'",
    "img-src 'self'",
    "connect-src 'self'",
    // Search runs in a worker.
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self' https://stackblitz.com",
  ],
  scriptDirective: {
    hashes: [hash(readFileSync(new URL('../../shell/header/theme.js', import.meta.url)))],
  },
} satisfies NonNullable<AstroUserConfig['security']>['csp']

const policyTag = /<meta http-equiv="content-security-policy" content="([^"]*)">/
const charsetTag = /<head><meta charset="utf-8"\s*\/?>/

/**
 * Moves the policy of a built page to the start of its head, because a policy doesn't apply to elements before it. Only the
 * charset comes earlier: HTML requires it within the first 1024 bytes. Astro lists the hashes of the whole site on every page;
 * this keeps only the ones of scripts and styles on this page.
 *
 * @throws Error for a page without a policy
 */
export function withPolicyFirst(html: string, page: string): string {
  const [tag, content] = policyTag.exec(html) ?? []
  if (tag === undefined || content === undefined || !charsetTag.test(html)) {
    throw new Error(`${page} has no Content-Security-Policy to move to its head.`)
  }
  const present = new Set<string>()
  for (const [, , text] of html.matchAll(/<(script|style)\b[^>]*>(.*?)<\/\1>/gs)) {
    if (text) present.add(`'${hash(text)}'`)
  }
  const directives = content.split(';').map((directive) =>
    directive
      .trim()
      .split(/\s+/)
      .filter((source) => !source.startsWith("'sha256-") || present.has(source))
      .join(' '),
  )
  return html
    .replace(tag, '')
    .replace(charsetTag, (charset) => charset + tag.replace(content, directives.join(';')))
}

/** Adds the policy to every built page. `astro dev` has none, because the scripts of Vite aren't known in advance. */
export const contentSecurityPolicy: AstroIntegration = {
  name: 'content-security-policy',
  hooks: {
    // In astro.config.mjs, Astro would warn that Shiki writes inline styles. Our theme writes none (src/build/code/kinds.ts).
    'astro:config:setup': ({ updateConfig }) => {
      updateConfig({ security: { csp: policy } })
    },
    'astro:build:done': ({ dir }) => {
      const folder = fileURLToPath(dir)
      for (const page of globSync('**/*.html', { cwd: folder })) {
        const file = join(folder, page)
        writeFileSync(file, withPolicyFirst(readFileSync(file, 'utf8'), page))
      }
    },
  },
}
