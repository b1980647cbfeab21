import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { describeExit, describeOutput } from '../process/describe.ts'
import { checks as listenChecks, type ProcessTarget } from '../process/checks.ts'

/** Longest time between SIGTERM and the end of the program, in ms. */
const exitTimeout = 5_000

/** The checks of the program around the bus: it runs a demo, then serves a page with the printed lines. */
export const checks: readonly Check<ProcessTarget>[] = [
  ...listenChecks,
  {
    name: 'runs its demo and serves the printed lines as a page',
    async run(target) {
      await using program = await target.start()
      const response = await program.target.fetch('/')
      const page = await response.text()
      if (response.status !== 200) fail('GET /', '200', String(response.status))
      for (const word of ['published', 'shipped', 'redelivered', 'dead letter', 'replayed']) {
        if (!program.stdout().includes(word)) fail('standard output', `"${word}"`, program.stdout())
        if (!page.includes(word)) fail('the page', `"${word}"`, page)
      }
      // A server must accept an address with its origin (RFC 9112, section 3.2.2).
      for (const path of ['/?a', '/health?a', `${program.url.origin}/health`]) {
        const status = await getStatus(program.url, path)
        if (status !== 200) fail(`GET ${path}`, '200', String(status))
      }
    },
  },
  {
    name: 'exits 0 within 5 s of SIGTERM, with one idle connection and one unfinished request',
    async run(target) {
      await using program = await target.start()
      const sockets = [await openSocket(program.url), await openSocket(program.url)]
      sockets[1]?.write('GET / HTTP/1.1\r\nHost:')
      program.signal('SIGTERM')
      const end = await Promise.race([program.exit, delay(exitTimeout, undefined, { ref: false })])
      for (const socket of sockets) socket.destroy()
      if (end?.code === 0) return
      const actual = end ? describeExit(end) : 'no exit after 5 s'
      fail('SIGTERM', 'exit code 0', `${actual}. ${describeOutput(program.output())}`)
    },
  },
]

/** Sends a path unchanged, and resolves with the status of the answer. */
async function getStatus({ hostname, port }: URL, path: string): Promise<number | undefined> {
  const [response] = (await once(get({ hostname, port, path }), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

async function openSocket({ hostname, port }: URL): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket.on('error', () => {
    // The program may reset the connection when it ends.
  })
}
