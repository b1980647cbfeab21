import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { create } from './service.ts'
import {
  checks as listening,
  expectStartError,
  hasUrl,
  tryConnection,
  type ProcessTarget,
} from '../process/checks.ts'
import { describeExit, describeOutput } from '../process/describe.ts'
import type { Program } from '../process/program.ts'

/** A service must exit within this time after SIGTERM, in ms. */
const exitLimit = 5_000

/** A service must refuse connections within this time after SIGTERM, in ms. Some poll for signals. */
const refuseLimit = 2_000

/** A log without a new line for this long is complete, in ms. */
const quietTime = 300

const inFlight = 20

/** Requirements on the process around the service. */
export const checks: readonly Check<ProcessTarget>[] = [
  ...listening,
  {
    name: 'each request is logged in one line on standard output, without a URL in it',
    async run(target) {
      await using program = await target.start()
      const before = (await readLog(program)).length
      await sendRequests(program)
      const all = await readLog(program)
      const lines = all.slice(before)
      const logged = paths.filter((path, index) => lines[index]?.includes(path.replace(/%.*/, '')))
      if (logged.length < paths.length || lines.length > paths.length) {
        fail(`the log of ${paths.join(', ')}`, 'one line for each', lines.join('\n'))
      }
      const urls = all.filter(hasUrl)
      if (urls.length > 1) fail('standard output', 'no URL but the address', urls.join('\n'))
    },
  },
  {
    name: 'LOG_LEVEL=silent leaves the address as the only line on standard output',
    async run(target) {
      await using program = await target.start({ LOG_LEVEL: 'silent' })
      await sendRequests(program)
      const lines = await readLog(program)
      if (lines.length !== 1) fail('standard output', 'one line', lines.join('\n'))
    },
  },
  {
    name: 'an empty LOG_LEVEL means the default, and an unknown one is an error that names the valid levels',
    async run(target) {
      await using program = await target.start({ LOG_LEVEL: '' })
      await sendRequests(program)
      const lines = await readLog(program)
      if (lines.length <= paths.length) fail('LOG_LEVEL=""', 'logged requests', lines.join('\n'))
      const { message } = await expectStartError(target, { LOG_LEVEL: 'loud' })
      for (const word of ['LOG_LEVEL', 'silent', 'info']) {
        if (!message.includes(word)) fail('LOG_LEVEL=loud', `an error that names ${word}`, message)
      }
    },
  },
  {
    name: `the ${inFlight} quotes in flight at SIGTERM are finished`,
    async run(target) {
      // A service with several threads closes a connection as idle if it has received a request but not read it yet. A
      // client can't tell whether all 20 were read, so only a service that cuts one of them every time fails.
      for (let attempt = 1; ; attempt++) {
        await using shutdown = await startShutdown(target)
        const cut = (await shutdown.answers).find(
          ({ status, orderId }) => status !== 200 || orderId !== shutdown.orderId,
        )
        if (!cut) return
        if (attempt === 3) {
          const { status, orderId } = cut
          fail('a quote in flight', `200 for ${shutdown.orderId}`, `${status} for ${orderId}`)
        }
      }
    },
  },
  {
    name: 'new connections are refused after SIGTERM',
    async run(target) {
      await using shutdown = await startShutdown(target)
      const { port } = shutdown.program.url
      const deadline = Date.now() + refuseLimit
      let answer = 'connected'
      while (answer === 'connected' && Date.now() < deadline) {
        await delay(20)
        answer = await tryConnection(Number(port), '127.0.0.1')
      }
      if (answer === 'connected') {
        fail(`a new connection ${refuseLimit / 1000} s after SIGTERM`, 'a refusal', answer)
      }
    },
  },
  {
    name: 'the service exits 0 within 5 s of SIGTERM while connections are idle, silent or stuck half-way',
    async run(target) {
      await using shutdown = await startShutdown(target)
      const { program } = shutdown
      const end = await Promise.race([program.exit, delay(exitLimit, undefined, { ref: false })])
      if (end?.code === 0) return
      fail(
        'SIGTERM',
        'exit code 0',
        `${end ? describeExit(end) : 'none after 5 s'}. ${describeOutput(program.output())}`,
      )
    },
  },
]

/** Paths to request: known and unknown, and one that the router rejects. */
const paths = ['/health', '/orders', '/orders/nope', '/orders/nope/quote', '/nope', '/orders/%FF']

/** Requests each path. The query and the header hold addresses, which must not reach the log. */
async function sendRequests({ target }: Program): Promise<void> {
  for (const path of paths) {
    const address = 'http://client.invalid/'
    await target.fetch(`${path}?next=${address}`, { headers: { referer: address } })
  }
}

/** The lines on standard output once it has been quiet for a while, since a log may lag behind the answer. */
async function readLog(program: Program): Promise<string[]> {
  for (let length = -1; length < program.stdout().length;) {
    length = program.stdout().length
    await delay(quietTime)
  }
  return program.stdout().trim().split('\n')
}

interface Answer {
  readonly status: number | string
  readonly orderId: unknown
}

interface Shutdown extends AsyncDisposable {
  readonly program: Program
  readonly orderId: string
  /** Answers to the requests that were in flight at the signal. */
  readonly answers: Promise<readonly Answer[]>
}

/**
 * Starts a service and sends it SIGTERM while it answers quotes on kept-alive connections. At that moment one more such
 * connection is idle, one has never sent a byte and one has sent half of a request.
 */
async function startShutdown(target: ProcessTarget): Promise<Shutdown> {
  const program = await target.start()
  const sockets: Socket[] = []
  const agents = Array.from(
    { length: inFlight + 1 },
    () => new Agent({ keepAlive: true, maxSockets: 1 }),
  )
  const dispose = async () => {
    for (const socket of sockets) socket.destroy()
    for (const agent of agents) agent.destroy()
    await program[Symbol.asyncDispose]()
  }
  try {
    const { id: orderId } = await create(program.target)
    const [marker, ...others] = agents as [Agent, ...Agent[]]
    sockets.push(await openSocket(program.url), await openSocket(program.url))
    sockets[1]?.write(halfOrder)
    // SIGTERM resets connections that the service hasn't accepted yet, so use each one first.
    await Promise.all(agents.map((agent) => askOver(program.url, '/health', agent)))

    for (let attempt = 1; attempt <= 5; attempt++) {
      let answered = 0
      const answers = Promise.all(
        others.map(async (agent) => {
          const answer = await askOver(program.url, `/orders/${orderId}/quote`, agent)
          answered++
          return answer
        }),
      )
      // Sent after the quotes and answered at once: when its answer arrives, the service has read the quotes.
      await askOver(program.url, '/health', marker)
      if (answered < inFlight) {
        program.signal('SIGTERM')
        return { program, orderId, answers, [Symbol.asyncDispose]: dispose }
      }
    }
    throw new Error(`all ${inFlight} quotes were answered before a signal could be sent, 5 times`)
  } catch (error) {
    await dispose()
    throw error
  }
}

const halfOrder = [
  'POST /orders HTTP/1.1',
  'Host: 127.0.0.1',
  'Content-Type: application/json',
  'Content-Length: 100',
  '',
  '{"customerId":',
].join('\r\n')

/** Sends a request over the agent's only connection. A broken connection counts as an answer. */
function askOver(url: URL, path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    get(new URL(path, url), { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, orderId: parseOrderId(text) })
      })
      response.once('error', ({ message }) => resolve({ status: message, orderId: undefined }))
    }).once('error', ({ message }) => resolve({ status: message, orderId: undefined }))
  })
}

function parseOrderId(text: string): unknown {
  try {
    return (JSON.parse(text) as { orderId?: unknown } | null)?.orderId
  } catch {
    return undefined
  }
}

async function openSocket({ hostname, port }: URL): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket.on('error', () => {
    // The service closes it when it exits.
  })
}
