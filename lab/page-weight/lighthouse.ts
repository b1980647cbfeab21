import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

/** The categories of Lighthouse whose scores are the same in every run, because they measure no time. */
export const steadyCategories = ['accessibility', 'best-practices', 'seo'] as const

export interface LighthouseResult {
  readonly version: string
  /** 0 to 100 by category. */
  readonly scores: Readonly<Record<string, number>>
  /** The audits that cost points, each with its title. */
  readonly failedAudits: readonly string[]
}

/**
 * Runs Lighthouse with the defaults of its command line: a phone on a slow network, with an empty cache.
 *
 * @param chromePath of Chromium or Chrome
 * @throws Error if the page cannot be audited
 */
export async function runLighthouse(
  chromePath: string,
  address: string,
  categories: readonly string[],
): Promise<LighthouseResult> {
  const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox'] })
  try {
    const options = {
      port: chrome.port,
      onlyCategories: [...categories],
      logLevel: 'error' as const,
    }
    const result = await lighthouse(address, options)
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
