/** Serves a built site like a static host: for `npm start` and for the browser tests. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import serveStatic from 'serve-static'

/** A folder of built files and the base path of the site, with a slash at both ends. Default: `/`. */
export interface BuiltSite {
  readonly dir: string
  readonly basePath?: string
}

/** A server that accepts connections. */
export interface RunningServer {
  /** The origin without a trailing slash: `http://127.0.0.1:4321`. */
  readonly origin: string
  /** Stops immediately and closes open connections. */
  close(): Promise<void>
}

/**
 * Answers requests for a built site. `/a/` is `/a/index.html`, `/a` redirects to `/a/` if that is a page, and an unknown
 * address is `404.html` with status 404. With a base path, `/` redirects to it.
 */
export function siteHandler({ dir, basePath = '/' }: BuiltSite): RequestListener {
  const files = serveStatic(dir, {
    setHeaders(response, path) {
      // A checksum file has no extension. As text, it opens in the browser.
      if (extname(path) === '') response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    },
  })

  return (request: IncomingMessage & { originalUrl?: string }, response) => {
    // A server must accept an address with its origin, as proxies send it (RFC 9112, section 3.2.2).
    const url = (request.url ?? '/').replace(/^https?:\/\/[^/?]*\/?/i, '/')
    const [path] = url.split('?', 1)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
    } else if (basePath !== '/' && (path === '/' || path === basePath.slice(0, -1))) {
      response.writeHead(302, { Location: basePath }).end()
    } else if (!url.startsWith(basePath)) {
      void answerNotFound(dir, response)
    } else {
      // serve-static reads originalUrl, as Express sets it, for redirects with the base path.
      request.originalUrl = url
      request.url = url.slice(basePath.length - 1)
      files(request, response, (error) => {
        if (error) response.writeHead(500).end()
        else void answerNotFound(dir, response)
      })
    }
  }
}

async function answerNotFound(dir: string, response: ServerResponse): Promise<void> {
  const page = await readFile(join(dir, '404.html')).catch(() => 'Not found')
  response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' }).end(page)
}

/**
 * Starts a server. Port 0 means any free port.
 *
 * @throws the error of `net.Server.listen`: `EADDRINUSE` for a busy port, `EACCES`, `EADDRNOTAVAIL`, `ENOTFOUND`.
 */
export async function listen(
  handler: RequestListener,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<RunningServer> {
  const server = createServer(handler)
  await once(server.listen(port, host), 'listening')
  return {
    origin: `http://${formatHost(host)}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Writes a host as in a URL. Uses localhost for the two addresses that mean every interface. */
function formatHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
