import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'

/** A page of either browser. */
export interface Evaluator {
  evaluate(expression: string): Promise<unknown>
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const allRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The rules whose result depends on colors. */
const colorRules = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** The rules that a page breaks, each with the elements. `colors` runs only the rules about colors. */
export async function findViolations(page: Evaluator, rules: 'all' | 'colors' = 'all') {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source)
  const runOnly = JSON.stringify(rules === 'all' ? allRules : colorRules)
  const results = (await page.evaluate(
    `axe.run(document, { runOnly: ${runOnly}, resultTypes: ['violations'] })`,
  )) as AxeResults
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

/** Sets the color scheme of a page, waits until no color is in transition, and returns the color of the background. */
export async function setScheme(page: Evaluator, scheme: 'light' | 'dark'): Promise<unknown> {
  await page.evaluate(`document.documentElement.dataset.scheme = '${scheme}'`)
  await page.evaluate(
    'Promise.all(document.getAnimations().map((animation) => animation.finished)).then(() => undefined)',
  )
  return page.evaluate('getComputedStyle(document.body).backgroundColor')
}

/** Opens every `details` element, because axe skips hidden content. */
export const openAllDetails =
  'document.querySelectorAll("details").forEach((element) => (element.open = true))'

/** Whether a request goes to another origin. A data URL stays in the browser. */
export function leavesOrigin(address: string, origin: string): boolean {
  const { protocol, origin: requested } = new URL(address)
  return protocol !== 'data:' && requested !== origin
}
