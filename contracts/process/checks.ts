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
      await expectLocal(program)
    },
  },
  {
    // To listen on an empty host means to listen on every interface.
    name: 'an empty HOST counts as not set: the program listens on 127.0.0.1 only',
    async run(target) {
      await using program = await target.start({ HOST: '' })
      await expectLocal(program)
    },
  },
  {
    name: 'prints an address that a client can open when HOST is ::1',
    async run(target) {
      if (!listAddresses('IPv6').includes('::1')) {
        await expectNamed(target, { HOST: '::1' })
        return
      }
      await using program = await target.start({ HOST: '::1' })
      if (program.url.hostname !== '[::1]') fail('the address', '[::1]', program.url.hostname)
      const { status } = await program.target.fetch('/health')
      if (status !== 200) fail(`GET ${program.url.origin}/health`, '200', String(status))
    },
  },
  {
    name: 'listens on HOST, and exits with an error when HOST is not an address of this machine',
    async run(target) {
      // TEST-NET-1 (RFC 5737): an address for documentation, which no machine has.
      await expectNamed(target, { HOST: '192.0.2.1' })
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
    name: 'listens on port 3000 when PORT is not set or empty',
    async run(target) {
      // This check or another program has taken the port, so the service has to end.
      const { server } = await takePort(3000)
      try {
        for (const PORT of [undefined, '']) {
          const { message } = await expectStartError(target, { PORT })
          if (!message.includes('PORT=3000')) fail('the port', 'PORT=3000', message)
        }
      } finally {
        server?.close()
      }
    },
  },
  {
    name: 'a PORT that is not a number from 0 to 65535 is an error that names PORT',
    async run(target) {
      for (const PORT of ['65536', ' ', '1e3']) await expectNamed(target, { PORT })
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

/** Fails unless a program listens on 127.0.0.1 and on no other IPv4 address of this machine. */
async function expectLocal({ url: { hostname, port } }: Program): Promise<void> {
  if (hostname !== '127.0.0.1') fail('the address', '127.0.0.1', hostname)
  for (const address of listAddresses('IPv4')) {
    const answer = await tryConnection(Number(port), address)
    if (answer === 'connected' && address !== '127.0.0.1')
      fail(`a connection to ${address}`, 'a refusal', answer)
  }
}

/** The addresses of this machine. */
function listAddresses(wanted: 'IPv4' | 'IPv6'): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === wanted)
    .map(({ address }) => address)
}

/** Longest wait for a port that another check uses at the moment, in ms. */
const releaseTimeout = 30_000

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

/** Fails unless a program with this one setting exits with an error that holds `NAME=value`. */
async function expectNamed(target: ProcessTarget, env: Record<string, string>): Promise<void> {
  const { message } = await expectStartError(target, env)
  for (const [name, value] of Object.entries(env)) {
    if (!message.includes(`${name}=${value}`)) {
      fail(`${name}=${value}`, `an error that names ${name}=${value}`, message)
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
