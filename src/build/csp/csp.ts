import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration, AstroUserConfig } from 'astro'

const hash = (text: string | Buffer) =>
  `sha256-${createHash('sha256').update(text).digest('base64')}` as const

/**
 * What a page may load and run: its own origin, and a form to StackBlitz. Astro adds the hashes of the scripts and styles that
 * it writes into pages; the one script that it does not know of is named here.
 *
 * A page cannot say who may frame it, nor that it wants HTTPS only: `frame-ancestors` and HSTS are headers of the host.
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
 * A page as Astro builds it, with the policy as the first thing in its head: what stands before a policy is not governed by
 * it. Only the encoding comes earlier, which HTML wants within the first 1024 bytes. Astro lists the hashes of the whole site
 * on every page; those of what this page does not hold are dropped.
 *
 * @throws Error for a page without a policy
 */
export function withPolicyFirst(html: string, page: string): string {
  const [tag, content] = policyTag.exec(html) ?? []
  if (tag === undefined || content === undefined || !charsetTag.test(html)) {
    throw new Error(`${page} has no Content-Security-Policy that could be moved to its head.`)
  }
  const held = new Set<string>()
  for (const [, , text] of html.matchAll(/<(script|style)\b[^>]*>(.*?)<\/\1>/gs)) {
    if (text) held.add(`'${hash(text)}'`)
  }
  const directives = content.split(';').map((directive) =>
    directive
      .trim()
      .split(/\s+/)
      .filter((source) => !source.startsWith("'sha256-") || held.has(source))
      .join(' '),
  )
  return html
    .replace(tag, '')
    .replace(charsetTag, (charset) => charset + tag.replace(content, directives.join(';')))
}

/** Gives every built page its policy. In `astro dev` there is none: Vite's own scripts are not known before they run. */
export const contentSecurityPolicy: AstroIntegration = {
  name: 'content-security-policy',
  hooks: {
    // Not in astro.config.mjs: there Astro warns that Shiki writes inline styles, which ours does not (src/build/code/kinds.ts).
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
