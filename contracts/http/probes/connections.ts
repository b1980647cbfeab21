/** Probes that need a connection of their own: bytes that are no complete request, and a service that shuts down. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Probe } from '../../check.ts'
import { tryConnection } from '../../process/checks.ts'
import type { Program } from '../../process/program.ts'

/** No answer counts as none after this time, in ms. It begins when the service has answered a later request. */
const patience = 1_000

/** More than the buffers of both sides of a connection hold, in bytes. */
const large = 16 * 1024 * 1024

type Run = Probe<Program>['run']

/** The head of a request: its first line, `Host` and these lines. */
function head(requestLine: string, ...lines: string[]): string {
  return `${[requestLine, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`
}

/** The head of an order with these lines. */
function orderHead(...lines: string[]): string {
  return head('POST /orders HTTP/1.1', 'Content-Type: application/json', ...lines)
}

/** A probe that sends bytes and reads the answer. */
function probeBytes(bytes: string): Run {
  return async (program) => {
    const socket = await open(program)
    const answer = readAnswer(socket)
    socket.write(bytes)
    return Promise.race([answer, waitInVain(program)]).finally(() => socket.destroy())
  }
}

const runs: Record<string, Run> = {
  'bytes that are not HTTP': probeBytes('hello\r\n\r\n'),
  'lines that end in LF only': probeBytes('GET /health HTTP/1.1\nHost: a\n\n'),
  'a header of 20 kB': probeBytes(head('GET /health HTTP/1.1', `X: ${'x'.repeat(20_000)}`)),
  'a path of 20 kB': probeBytes(head(`GET /${'x'.repeat(20_000)} HTTP/1.1`)),
  'HTTP/1.1 without Host': probeBytes('GET /health HTTP/1.1\r\n\r\n'),
  'two Host headers': probeBytes(head('GET /health HTTP/1.1', 'Host: b')),
  'Content-Length together with chunks': probeBytes(
    `${orderHead('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  ),
  'a chunk whose size is not a number': probeBytes(
    `${orderHead('Transfer-Encoding: chunked')}size\r\n`,
  ),
  'the method BREW': probeBytes(head('BREW /orders HTTP/1.1')),
  'the method CONNECT': probeBytes(head('CONNECT a:443 HTTP/1.1')),
  'an unknown expectation': probeBytes(head('GET /health HTTP/1.1', 'Expect: x')),
  'a Content-Length of 100,000,000, before the body': probeBytes(
    orderHead('Content-Length: 100000000'),
  ),
  'chunks of 70,000 bytes, before the last one': probeBytes(
    `${orderHead('Transfer-Encoding: chunked')}${(70_000).toString(16)}\r\n${' '.repeat(70_000)}\r\n`,
  ),
  'a body of 16 MiB from a client that reads once it has sent it': async (program) => {
    const socket = await open(program)
    socket.write(orderHead(`Content-Length: ${large}`))
    const sent = new Promise<boolean>((resolve) => {
      socket.write(Buffer.alloc(large, ' '), (error) => resolve(!error))
    })
    const answer = (await sent) ? readAnswer(socket) : 'a reset while it sends, no answer'
    return Promise.race([answer, waitInVain(program)]).finally(() => socket.destroy())
  },
  // The last one, because it stops the service.
  'a request that began before SIGTERM and ends after it': async (program) => {
    const socket = await open(program)
    const answer = readAnswer(socket)
    socket.write('GET /health HTTP/1.1\r\nHost: a\r\n')
    await program.target.fetch('/health')
    program.signal('SIGTERM')
    const { hostname, port } = program.url
    while ((await tryConnection(Number(port), hostname)) === 'connected') await delay(20)
    socket.write('\r\n')
    return answer.finally(() => socket.destroy())
  },
}

/** Questions about default behavior below the level of requests. They run in this order on one program. */
export const connectionProbes: readonly Probe<Program>[] = Object.entries(runs).map(
  ([name, run]) => ({ name, run }),
)

async function open({ url: { hostname, port } }: Program): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket.on('error', () => {
    // Ends in a close, which readAnswer reports.
  })
}

/** Reads an answer until the end of its headers. Resolves with its status and media type. */
function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
      if (!text.includes('\r\n\r\n')) return
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? []
      const [, type] = /^content-type: *([^\s;]+)/im.exec(text) ?? []
      resolve(`${status} ${type ?? 'empty'}`)
    })
    socket.once('close', () => resolve('closed without an answer'))
  })
}

/** Resolves when the service has had the time to answer whatever was sent to it before this call. */
async function waitInVain({ target }: Program): Promise<string> {
  await target.fetch('/health')
  return delay(patience, 'no answer', { ref: false })
}
