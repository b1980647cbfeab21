import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildSite } from '../../scripts/build.ts'
import { root } from '../../scripts/program.mjs'
import { listen, siteHandler } from '../../scripts/serve.ts'
import { movedPages } from '../../src/shell/moved.ts'
import { copyRepository } from '../tools/copy-repository.ts'
import { chooseSamples } from './samples.ts'

/** A build of the site that is served as a static host serves it. */
export interface ServedSite {
  /** Without a slash at the end. */
  readonly origin: string
  /** With a slash at both ends. */
  readonly basePath: string
  /** The paths of all pages, base path included, without the former addresses of pages that moved. */
  readonly pages: readonly string[]
  /** Those of them that together have every layout and every component of the site. */
  readonly samples: readonly string[]
  /** The repository that the pages link to for their source. */
  readonly sourceUrl?: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** What `npm start` serves. */
    site: ServedSite
    /** A second build, below a base path and with links to its source. */
    siteBelow: ServedSite
  }
}

/** Lists the pages of a built site, and samples of them. */
function readPages(dir: string, basePath: string): Pick<ServedSite, 'pages' | 'samples'> {
  const html = new Map<string, string>()
  for (const file of globSync('**/*.html', { cwd: dir }).sort()) {
    const path = file.replaceAll('\\', '/').replace(/(^|\/)index\.html$/, '$1')
    if (path.slice(0, -1) in movedPages) continue
    html.set(basePath + path, readFileSync(join(dir, file), 'utf8'))
  }
  return { pages: [...html.keys()], samples: chooseSamples(html) }
}

/** Runs `npm start` as a reader does, until it prints the address. `stop` ends it, and fails when it does not end cleanly. */
async function startSite() {
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const lines: string[] = []
  const address = new Promise<URL>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      if (/^http:\/\/127\.0\.0\.1:\d+\/$/.test(line)) resolve(new URL(line))
    })
    void closed.then((code) =>
      reject(new Error(`npm start exited with ${code}:\n${lines.join('\n')}`)),
    )
  })
  const { href, origin } = await address
  const stop = async () => {
    if (lines.at(-1) !== href)
      throw new Error(`npm start printed this after its address: ${lines.at(-1)}`)
    child.kill('SIGTERM')
    await closed
    const isServed = await fetch(href).then(
      () => true,
      () => false,
    )
    if (isServed) throw new Error('npm start has exited and left its server running')
  }
  return { site: { origin, basePath: '/', ...readPages(join(root, 'dist'), '/') }, stop }
}

/** Builds and serves the site below a base path, in a copy of the repository, so that both builds can run at once. */
async function serveBelow(name: string) {
  const folder = join(root, '.cache', `${name}-copy`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyRepository(folder)
  const basePath = '/docs-x/'
  const sourceUrl = 'https://git.example.org/owner/name'
  const dir = join(folder, 'dist')
  const server = await listen(siteHandler({ dir, basePath }))
  const { origin } = server
  await buildSite({ siteUrl: origin, basePath, sourceUrl, folder })
  const stop = async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  }
  return { site: { origin, basePath, ...readPages(dir, basePath), sourceUrl }, stop }
}

export default async function setup(project: TestProject) {
  const [started, below] = await Promise.all([startSite(), serveBelow(project.name)])
  project.provide('site', started.site)
  project.provide('siteBelow', below.site)
  return async () => {
    await below.stop()
    await started.stop()
  }
}
