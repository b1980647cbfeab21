/** Builds the site: for `npm start` and for the browser tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findProgram, root } from './program.mjs'

/** Where the site will be published, and the folder that it is written to. */
export interface BuildOptions {
  /** The origin: `https://example.org`. */
  readonly siteUrl: string
  /** The path below it, with a slash at both ends. */
  readonly basePath?: string
  /** The repository, for links to the source: `https://github.com/owner/name`. That of the environment when absent. */
  readonly sourceUrl?: string
  /** Relative to the repository. */
  readonly outDir?: string
  /** The repository that is built: this one when it is left out. */
  readonly folder?: string
  /** Stops the build. */
  readonly signal?: AbortSignal
}

/** A build that failed: the message is what it wrote to the terminal. */
export class BuildError extends Error {}

/**
 * Runs `astro build` in a process of its own, so that nothing of it stays in ours, and resolves with what it wrote to the
 * terminal.
 * @throws BuildError
 */
export async function buildSite(options: BuildOptions): Promise<string> {
  const { siteUrl, basePath = '/', sourceUrl, outDir = 'dist', folder = root, signal } = options
  const astro = findProgram('astro')
  if (!astro)
    throw new BuildError('The package astro is not installed. Run npm start, which installs it.')
  const child = spawn(process.execPath, [astro, 'build', '--outDir', outDir], {
    cwd: folder,
    // NODE_ENV: a test runner sets its own, and the site of a test is the site of a reader.
    env: {
      ...process.env,
      NODE_ENV: 'production',
      SITE_URL: siteUrl,
      BASE_PATH: basePath,
      ...(sourceUrl && { SOURCE_URL: sourceUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (code !== 0) throw new BuildError(`${out}\n${err}`.trim())
  return out + err
}
