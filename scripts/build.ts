/** Builds the site: for `npm start` and for the browser tests. */
import { execa } from 'execa'
import { findProgram, root } from './program.mjs'

export interface BuildOptions {
  /** The origin of the site: `https://example.org`. */
  readonly siteUrl: string
  /** The path of the site below the origin, with a slash at both ends. Default: `/`. */
  readonly basePath?: string
  /** The repository, for links to the source: `https://github.com/owner/name`. Default: `SOURCE_URL` of the environment. */
  readonly sourceUrl?: string
  /** The output folder, relative to the repository. Default: `dist`. */
  readonly outDir?: string
  /** The repository to build. Default: this one. */
  readonly folder?: string
  /** Stops the build. */
  readonly signal?: AbortSignal
}

/** A failed build. The message is its output. */
export class BuildError extends Error {}

/**
 * Runs `astro build` in a separate process, which leaves this one clean, and returns its output.
 *
 * @throws BuildError if the build fails, and an AbortError if the signal stops it
 */
export async function buildSite(options: BuildOptions): Promise<string> {
  const { siteUrl, basePath = '/', sourceUrl, outDir = 'dist', folder = root, signal } = options
  const astro = findProgram('astro')
  if (!astro) throw new BuildError('The package astro is missing. "npm start" installs it.')
  const { failed, all } = await execa(process.execPath, [astro, 'build', '--outDir', outDir], {
    cwd: folder,
    // Test runners set NODE_ENV, but their site must be the one that readers get.
    env: {
      NODE_ENV: 'production',
      SITE_URL: siteUrl,
      BASE_PATH: basePath,
      ...(sourceUrl && { SOURCE_URL: sourceUrl }),
    },
    stdin: 'ignore',
    all: true,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  if (failed) throw new BuildError(all)
  return all
}
