import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Timeline } from './timeline.ts'

/** Serves the timeline as a page; port 0 is any free port. */
export async function serveStatus(
  { host, port }: { host: string; port: number },
  about: string,
  timeline: Timeline,
) {
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      response.setHeader('content-type', 'application/json')
      return response.end('{"status":"ok"}')
    }
    response.statusCode = request.url === '/' ? 200 : 404
    response.setHeader('content-type', 'text/html; charset=utf-8')
    const lines = timeline.lines.map(escape).join('\n')
    response.end(
      `<!doctype html><title>Orders on Kafka</title><h1>Orders on Kafka</h1><p>${escape(about)}</p><pre>${lines}</pre>`,
    )
  })
  await once(server.listen(port, host), 'listening')
  return {
    server,
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
  }
}

function escape(text: string) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
