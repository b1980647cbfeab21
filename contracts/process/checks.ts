import { once } from 'node:events'
import { createServer, connect, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { describeExit } from './describe.ts'
import { StartError, type Program } from './program.ts'

/** A service that can be started, with variables added to its environment. `PORT` is `0` unless they say otherwise. */
export interface ProcessTarget {
  start(env?: NodeJS.ProcessEnv): Promise<Program>
}

/** What every contract asks of where a program listens, and of how it says so. */
export const checks: readonly Check<ProcessTarget>[] = [
  {
    name: 'prints one line with its address when it is ready, and listens on 127.0.0.1 only',
    async run(target) {
      await using program = await target.start()
      await program.target.fetch('/health')
      const lines = program
        .stdout()
        .split('\n')
        .filter((line) => /http:\/\/\S+:\d+/.test(line))
      if (lines.length !== 1) fail('standard output', 'one line with an address', program.stdout())
      const { hostname, port } = program.url
      if (hostname !== '127.0.0.1') fail('the address', '127.0.0.1', hostname)
      for (const address of otherAddresses()) {
        const answer = await connected(Number(port), address)
        if (answer === 'connected') fail(`a connection to ${address}`, 'a refusal', answer)
      }
    },
  },
  {
    name: 'listens on HOST, and exits with an error when HOST is not an address of this machine',
    async run(target) {
      // TEST-NET-1 (RFC 5737): no machine has it.
      await endsWithAnError(target, { HOST: '192.0.2.1' })
    },
  },
  {
    name: 'listens on PORT, and exits with an error before it prints an address when PORT is taken',
    async run(target) {
      const { server, port } = await taken(0)
      await endsWithAnError(target, { PORT: String(port) }).finally(() => server?.close())
    },
  },
  {
    name: 'listens on port 3000 when PORT is not set',
    async run(target) {
      // Taken by this check, or for long by another program: either way it is not free, so the service has to end.
      const { server } = await taken(3000)
      await endsWithAnError(target, { PORT: undefined }).finally(() => server?.close())
    },
  },
]

/** Tries a connection. Resolves with `connected`, `no answer` after 1 s, or the code of the error: `ECONNREFUSED`. */
export function connected(port: number, host: string): Promise<string> {
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

/** Addresses of this machine besides 127.0.0.1. */
function otherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
    .map(({ address }) => address)
}

/** How long to wait for a port that another check may hold just now, in milliseconds. */
const releaseLimit = 15_000

/** Takes a port of 127.0.0.1; without `server` where another program keeps it. Port 0 stands for any free one. */
async function taken(port: number) {
  for (const deadline = Date.now() + releaseLimit; ;) {
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

async function endsWithAnError(target: ProcessTarget, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await using program = await target.start(env)
    fail('the start', 'an error', `the address ${program.url.origin}`)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    if (!error.exit) throw error
    if (error.exit.code === 0)
      fail('the start', 'an exit code other than 0', describeExit(error.exit))
  }
}
