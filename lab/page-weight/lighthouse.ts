import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

/** The categories of Lighthouse whose scores are the same in every run, because they measure no time. */
export const steadyCategories = ['accessibility', 'best-practices', 'seo'] as const

/**
 * Runs Lighthouse with the defaults of its command line: a phone on a slow network, with an empty cache. Resolves with the
 * scores by category, from 0 to 100, and the audits that cost points, each with its title.
 *
 * @param chromePath of Chromium or Chrome
 * @throws Error if the page cannot be audited
 */
export async function runLighthouse(
  chromePath: string,
  address: string,
  onlyCategories: readonly string[],
) {
  const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox'] })
  try {
    const result = await lighthouse(address, {
      port: chrome.port,
      onlyCategories: [...onlyCategories],
      logLevel: 'error',
    })
    if (!result) throw new Error(`Lighthouse returned no result for ${address}.`)
    const { lhr } = result
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`)
    const entries = Object.values(lhr.categories)
    const costly = new Set(
      entries.flatMap(({ auditRefs }) =>
        auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id),
      ),
    )
    return {
      version: lhr.lighthouseVersion,
      scores: Object.fromEntries(
        entries.map(({ id, score }) => [id, Math.round((score ?? 0) * 100)]),
      ),
      failedAudits: Object.values(lhr.audits)
        .filter(({ id, score }) => costly.has(id) && score !== null && score < 1)
        .map(({ id, title }) => `${id}: ${title}`),
    }
  } finally {
    chrome.kill()
  }
}
