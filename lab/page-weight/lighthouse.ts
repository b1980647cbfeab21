import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'

/** The categories of Lighthouse that are the same at every run, since they measure no time. */
export const steadyCategories = ['accessibility', 'best-practices', 'seo'] as const

export interface LighthouseResult {
  readonly version: string
  /** 0 to 100 by category. */
  readonly scores: Readonly<Record<string, number>>
  /** The audits that cost points, each with its title. */
  readonly faults: readonly string[]
}

/**
 * Runs Lighthouse against an address as its command line does: as a phone on a slow network, with an empty cache.
 *
 * @param chromePath of Chromium or Chrome
 * @throws when the page cannot be audited
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
    if (!result) throw new Error(`Lighthouse had no result for ${address}`)
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
      faults: Object.values(lhr.audits)
        .filter(({ id, score }) => costly.has(id) && score !== null && score < 1)
        .map(({ id, title }) => `${id}: ${title}`),
    }
  } finally {
    chrome.kill()
  }
}
