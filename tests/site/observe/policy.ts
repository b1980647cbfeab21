import { expect } from 'vitest'
import type { Page } from 'playwright-core'

/** Collects in a page what its Content-Security-Policy blocks: `script-src-elem inline`. */
export const collectPolicyViolations = `
  window.violations = []
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    violations.push(effectiveDirective + ' ' + blockedURI)
  })`

export const policyViolations = (page: Page) => page.evaluate('violations') as Promise<string[]>

/** Searches, chooses a theme and prepares every launch button. Returns what the policy of the page blocked. */
export async function usePage(page: Page): Promise<string[]> {
  await page.keyboard.press('/')
  await page.keyboard.insertText('validation')
  await page.getByRole('dialog').getByRole('link').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByLabel('Theme').first().selectOption('dark')
  for (const link of await page.locator('a[data-stackblitz]:visible').all()) {
    await link.hover()
    await expect.poll(() => link.getAttribute('title')).toContain('stackblitz.com')
  }
  return policyViolations(page)
}
