/**
 * `npm start`: builds the site and serves it. `PORT` (4321), `HOST` (127.0.0.1), `SITE_URL` (the address it is served on)
 * and `BASE_PATH` (/) change where.
 */
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { BuildError, buildSite } from './build.ts'
import { root } from './program.mjs'
import { listen, siteHandler, type RunningServer } from './serve.ts'
import { parseBasePath, parsePort, parseSiteUrl, SettingsError } from './settings.ts'

/** What to do about an error of `listen`, or undefined when only its own message helps. */
function mendFor(code: string | undefined, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop what uses it, or take another: PORT=${port + 1} npm start`
    case 'EACCES':
      return `Port ${port} is not allowed to this user. Take one from 1024 on: PORT=4321 npm start`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST is "${host}", which is no address of this machine. For every one it has: HOST=0.0.0.0 npm start`
    default:
      return undefined
  }
}

/** Builds and then serves, until a signal stops the process. */
async function start(): Promise<void> {
  const host = process.env.HOST || '127.0.0.1'
  const port = parsePort(process.env.PORT)
  const basePath = parseBasePath(process.env.BASE_PATH)

  // The port is taken before the build: a busy one is known at once, and nobody else can take it meanwhile.
  let handler: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '5', 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('The site is being built. Try again in a few seconds.\n')
  }
  const server = await listen((request, response) => handler(request, response), {
    host,
    port,
  }).catch((error: NodeJS.ErrnoException) => {
    throw new SettingsError(mendFor(error.code, host, port) ?? error.message)
  })
  const siteUrl = parseSiteUrl(process.env.SITE_URL || server.origin)

  const stopped = new AbortController()
  stopOnSignal(server, stopped)

  console.log('Building the site …')
  const began = Date.now()
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1)
  const progress = setInterval(() => console.log(`  still building, ${seconds()} s`), 10_000)
  const output = await buildSite({ siteUrl, basePath, signal: stopped.signal }).finally(() =>
    clearInterval(progress),
  )
  for (const line of output.split('\n')) if (line.includes('[WARN]')) console.log(line)
  console.log(`Built in ${seconds()} s. Stop with Ctrl-C.`)

  handler = siteHandler({ dir: join(root, 'dist'), basePath })
  console.log(`${server.origin}${basePath}`)
}

/** Ends the build, the server and the process at the first signal. A terminal sends Ctrl-C more than once through npm. */
function stopOnSignal(server: RunningServer, stopped: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped.abort()
      void server.close().then(() => process.exit(0))
    })
  }
}

try {
  await start()
} catch (error) {
  if (error instanceof Error && error.name !== 'AbortError') {
    const mendable = error instanceof SettingsError || error instanceof BuildError
    console.error(mendable ? error.message : error)
    process.exit(1)
  }
}
