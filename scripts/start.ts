/**
 * `npm start`: builds the site and serves it. Settings and their defaults: `PORT` (4321), `HOST` (127.0.0.1), `SITE_URL` (the
 * address of the server) and `BASE_PATH` (/).
 */
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { BuildError, buildSite } from './build.ts'
import { root } from './program.mjs'
import { listen, siteHandler, type RunningServer } from './serve.ts'

/** An invalid setting. The message says how to fix it. */
class SettingsError extends Error {}

/** `PORT`: a TCP port, 0 for any that is free. */
function parsePort(text: string | undefined): number {
  if (!text) return 4321
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text)
  throw new SettingsError(
    `PORT is "${text}", which is not a port. Set it to a whole number from 0 (any free port) to 65535: PORT=4322 npm start`,
  )
}

/** Says how to fix an error of `listen`. */
function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop the program that uses it, or use another port: PORT=${port < 65535 ? port + 1 : 0} npm start`
    case 'EACCES':
      return `This user isn't allowed to listen on port ${port}. Choose one from 1024 up: PORT=4321 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is "${host}", which is not an address of this machine. To listen on all its addresses: HOST=0.0.0.0 npm start`
    default:
      return error.message
  }
}

/** Listens before the slow build, so an error about the port comes immediately. */
async function startListening(handler: RequestListener): Promise<RunningServer> {
  const host = process.env['HOST'] || '127.0.0.1'
  const port = parsePort(process.env['PORT'])
  try {
    return await listen(handler, { host, port })
  } catch (error) {
    throw new SettingsError(explain(error as NodeJS.ErrnoException, host, port))
  }
}

/** Reads the base path, and checks `SITE_URL`, in the same way as the configuration of the site. */
async function readBasePath(origin: string): Promise<string> {
  process.env['SITE_URL'] ||= origin
  try {
    return (await import('../src/shell/address.ts')).base
  } catch (error) {
    throw new SettingsError((error as Error).message)
  }
}

/** Builds the site for an origin and prints the progress. */
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

/** Stops the build, the server and the process on the first signal. With npm, Ctrl-C sends more than one. */
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
  const server = await startListening((request, response) => handler(request, response))
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
  const isExplained = error instanceof SettingsError || error instanceof BuildError
  // After an AbortError, the handler of the signal stops the process.
  if (!(error instanceof Error && error.name === 'AbortError')) {
    console.error(isExplained ? error.message : error)
    process.exit(1)
  }
}
