/**
 * `npm start`: builds the site and serves it. `PORT` (4321), `HOST` (127.0.0.1), `SITE_URL` (the address it is served on)
 * and `BASE_PATH` (/) change where.
 */
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { BuildError, buildSite } from './build.ts'
import { root } from './program.mjs'
import { listen, siteHandler, type RunningServer } from './serve.ts'

/** A setting that cannot be used. The message names the mend. */
class SettingsError extends Error {}

/** `PORT`: a TCP port, 0 for any that is free. */
function parsePort(text: string | undefined): number {
  if (!text) return 4321
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text)
  throw new SettingsError(
    `PORT is "${text}", which is no port. Give a whole number from 0 (any free port) to 65535: PORT=4322 npm start`,
  )
}

/** What to do about an error of `listen`. */
function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop what uses it, or take another: PORT=${port < 65535 ? port + 1 : 0} npm start`
    case 'EACCES':
      return `Port ${port} is not allowed to this user. Take one from 1024 on: PORT=4321 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is "${host}", which is no address of this machine. For every one that it has: HOST=0.0.0.0 npm start`
    default:
      return error.message
  }
}

/** Takes the address before the slow part: a busy port is known at once, and nobody else can take it meanwhile. */
async function takeAddress(handler: RequestListener): Promise<RunningServer> {
  const host = process.env['HOST'] || '127.0.0.1'
  const port = parsePort(process.env['PORT'])
  try {
    return await listen(handler, { host, port })
  } catch (error) {
    throw new SettingsError(explain(error as NodeJS.ErrnoException, host, port))
  }
}

/** The base path, by the function that the site's own configuration uses; it checks `SITE_URL` as well. */
async function readBasePath(origin: string): Promise<string> {
  process.env['SITE_URL'] ||= origin
  try {
    return (await import('../src/shell/address.ts')).base
  } catch (error) {
    throw new SettingsError((error as Error).message)
  }
}

/** Builds the site for an origin and shows that it is still at it. */
async function build(siteUrl: string, basePath: string, signal: AbortSignal): Promise<void> {
  const began = Date.now()
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`
  console.log('Building the site …')
  const progress = setInterval(() => console.log(`  still building, ${seconds()}`), 10_000)
  try {
    const output = await buildSite({ siteUrl, basePath, signal })
    for (const line of output.split('\n')) if (line.includes('[WARN]')) console.log(line)
  } finally {
    clearInterval(progress)
  }
  console.log(`Built in ${seconds()}. Stop with Ctrl-C.`)
}

/** Ends the build, the server and the process at the first signal. A terminal sends Ctrl-C more than once through npm. */
function stopOnSignal(server: RunningServer, build: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      build.abort()
      void server.close().then(() => process.exit(0))
    })
  }
}

async function start(): Promise<void> {
  let handler: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '5', 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('The site is being built. Try again in a few seconds.\n')
  }
  const server = await takeAddress((request, response) => handler(request, response))
  const basePath = await readBasePath(server.origin)
  const building = new AbortController()
  stopOnSignal(server, building)
  await build(process.env['SITE_URL'] ?? server.origin, basePath, building.signal)
  handler = siteHandler({ dir: join(root, 'dist'), basePath })
  console.log(`${server.origin}${basePath}`)
}

try {
  await start()
} catch (error) {
  const mendable = error instanceof SettingsError || error instanceof BuildError
  // A build that a signal has stopped is no fault; the handler of the signal ends the process.
  if (!(error instanceof Error && error.name === 'AbortError')) {
    console.error(mendable ? error.message : error)
    process.exit(1)
  }
}
