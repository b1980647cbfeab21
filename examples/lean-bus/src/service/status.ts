import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIPv6, type AddressInfo } from 'node:net'
import type { Timeline } from './timeline.ts'

/**
 * Serves the timeline as a page that refreshes until the demo is complete.
 *
 * @throws Error that names HOST and PORT when the server cannot listen
 */
export async function serveStatus(
  { host, port }: { host: string; port: number },
  description: string,
  timeline: Timeline,
) {
  let isComplete = false
  const server = createServer((request, response) => {
    // The address may have a query, and from a proxy an origin (RFC 9112).
    const path = URL.parse(request.url!, 'http://localhost')?.pathname
    if (path === '/health') {
      response.setHeader('content-type', 'application/json')
      return response.end('{"status":"ok"}')
    }
    response.statusCode = path === '/' ? 200 : 404
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (!isComplete) response.setHeader('refresh', '1')
    response.end(renderPage(description, timeline))
  })
  await once(server.listen(port, host), 'listening').catch(({ message }) => {
    throw new Error(
      `HOST=${host} PORT=${port}: ${message}. Choose another PORT.`,
    )
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`,
    complete() {
      isComplete = true
    },
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function renderPage(description: string, { rows }: Timeline) {
  const body = rows.map((cells) =>
    cells.length === 1
      ? `<tr><th colspan="5">${escapeHtml(cells[0]!)}`
      : `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}`).join('')}`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Orders on the lean bus</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  th { padding: 1.5rem 0 0.25rem; text-align: left }
  td { padding: 0.25rem 1rem 0.25rem 0; border-top: 1px solid #8884; vertical-align: top }
  td:nth-child(1), td:nth-child(4) { font-family: ui-monospace, monospace; white-space: nowrap }
  td:nth-child(1) { opacity: 0.7 }
  td:nth-child(3) { font-weight: 600; white-space: nowrap }
  td:last-child { overflow-wrap: anywhere }
  @media (max-width: 40rem) {
    tr { display: flex; flex-wrap: wrap; column-gap: 0.75rem; border-top: 1px solid #8884; padding: 0.25rem 0 }
    td { border: 0; padding: 0 }
    td:last-child { flex-basis: 100% }
    td:empty { display: none }
  }
</style>
<h1>Orders on the lean bus</h1>
<p>${escapeHtml(description)}
<p><code>orders/0@7</code> is topic <code>orders</code>, offset 7. A topic has one partition, 0.
<table>${body.join('\n')}</table>
`
}

function escapeHtml(text: string) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
