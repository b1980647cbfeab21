import { globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildSite } from '../../scripts/build.ts'
import { root } from '../../scripts/program.mjs'
import { listen, siteHandler, type RunningServer } from '../../scripts/serve.ts'
import { copyRepository } from '../tools/copy-repository.ts'

/** A build of the site that is served as a static host would serve it. */
export interface ServedSite {
  /** Without a slash at the end. */
  readonly origin: string
  /** With a slash at both ends. */
  readonly basePath: string
  /** The paths of all pages, base path included. */
  readonly pages: readonly string[]
  /** The repository that the pages link to for their source. */
  readonly sourceUrl?: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** At the root of its origin. */
    site: ServedSite
    /** The same below a base path, and with links to its source. */
    siteBelow: ServedSite
  }
}

/**
 * Builds the site twice, each build for the address that it is served at; the second in a copy of the repository, so that the
 * two can run side by side.
 */
export default async function setup(project: TestProject) {
  const outDir = join('.cache', project.name)
  const copy = join(root, '.cache', `${project.name}-copy`)
  for (const one of [join(root, outDir), copy]) rmSync(one, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  copyRepository(copy)
  const servers: RunningServer[] = []

  async function serve(folder: string, basePath: string, sourceUrl?: string): Promise<ServedSite> {
    const dir = join(folder, outDir)
    const server = await listen(siteHandler({ dir, basePath }))
    servers.push(server)
    const source = sourceUrl === undefined ? {} : { sourceUrl }
    await buildSite({ siteUrl: server.origin, basePath, outDir, folder, ...source })
    const pages = globSync('**/*.html', { cwd: dir }).map(
      (file) => basePath + file.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1'),
    )
    return { origin: server.origin, basePath, pages: pages.sort(), ...source }
  }

  const [site, siteBelow] = await Promise.all([
    serve(root, '/'),
    serve(copy, '/docs-x/', 'https://git.example.org/owner/name'),
  ])
  project.provide('site', site)
  project.provide('siteBelow', siteBelow)
  return async () => {
    await Promise.all(servers.map((server) => server.close()))
    rmSync(copy, { recursive: true })
  }
}
