import { once } from 'node:events'
import { createServer, connect, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { describeExit } from './describe.ts'
import { StartError, type Program } from './program.ts'

/** Starts a service with these variables added to its environment. `PORT` is `0` by default: a free port. */
export interface ProcessTarget {
  start(env?: NodeJS.ProcessEnv): Promise<Program>
}

/** The checks of every contract on where a program listens. */
export const checks: readonly Check<ProcessTarget>[] = [
  {
    name: 'prints one line with its address when it is ready, and listens on 127.0.0.1 only',
    async run(target) {
      await using program = await target.start()
      await program.target.fetch('/health', { headers: { referer: 'http://client.invalid/' } })
      const lines = program.stdout().split('\n').filter(hasUrl)
      if (lines.length !== 1) fail('standard output', 'one line with a URL', program.stdout())
      const { hostname, port } = program.url
      if (hostname !== '127.0.0.1') fail('the address', '127.0.0.1', hostname)
      for (const address of listOtherAddresses()) {
        const answer = await tryConnection(Number(port), address)
        if (answer === 'connected') fail(`a connection to ${address}`, 'a refusal', answer)
      }
    },
  },
  {
    name: 'listens on HOST, and exits with an error when HOST is not an address of this machine',
    async run(target) {
      // TEST-NET-1 (RFC 5737): an address for documentation, which no machine has.
      await expectStartError(target, { HOST: '192.0.2.1' })
    },
  },
  {
    name: 'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    async run(target) {
      const { server, port } = await takePort(0)
      await expectStartError(target, { PORT: String(port) }).finally(() => server?.close())
    },
  },
  {
    name: 'listens on port 3000 when PORT is not set',
    async run(target) {
      // This check or another program has taken the port, so the service has to end.
      const { server } = await takePort(3000)
      await expectStartError(target, { PORT: undefined }).finally(() => server?.close())
    },
  },
]

/** Whether a line contains a URL, of any scheme. */
export function hasUrl(line: string): boolean {
  return /\w:\/\//.test(line)
}

/** Tries to connect. Resolves with `connected`, with `no answer` after 1 s, or with an error code such as `ECONNREFUSED`. */
export function tryConnection(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 })
    const end = (answer: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end('connected'))
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}

/** The IPv4 addresses of this machine except 127.0.0.1. */
function listOtherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
    .map(({ address }) => address)
}

/** Longest wait for a port that another check uses at the moment, in ms. */
const releaseTimeout = 15_000

/** Takes a port of 127.0.0.1; 0 selects a free one. Returns no `server` when another program keeps the port. */
async function takePort(port: number) {
  for (const deadline = Date.now() + releaseTimeout; ;) {
    const server = createServer()
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return { server, port: (server.address() as AddressInfo).port }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      if (Date.now() > deadline) return { server: undefined, port }
      await delay(100)
    }
  }
}

/** Starts a program that must exit with an error, and returns that error. */
export async function expectStartError(
  target: ProcessTarget,
  env: NodeJS.ProcessEnv,
): Promise<StartError> {
  try {
    await using program = await target.start(env)
    return fail('the start', 'an error', `the address ${program.url.origin}`)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    if (!error.exit) throw error
    if (error.exit.code === 0)
      fail('the start', 'an exit code other than 0', describeExit(error.exit))
    return error
  }
}
