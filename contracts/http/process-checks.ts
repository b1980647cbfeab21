import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { create } from './service.ts'
import { checks as listening, tryConnection, type ProcessTarget } from '../process/checks.ts'
import { describeExit, describeOutput } from '../process/describe.ts'
import type { Program } from '../process/program.ts'

/** How long a service may take to end after SIGTERM, in milliseconds. */
const exitLimit = 5_000

/** How long a service may go on taking connections after SIGTERM, in milliseconds. Some look for signals now and then. */
const refuseLimit = 2_000

const inFlight = 20

/** What the HTTP contract asks of the program around the service. */
export const checks: readonly Check<ProcessTarget>[] = [
  ...listening,
  {
    name: `finishes the ${inFlight} quotes in flight when it gets SIGTERM`,
    async run(target) {
      await using scene = await signalled(target)
      for (const { status, orderId } of await scene.answers) {
        if (status !== 200 || orderId !== scene.orderId) {
          fail('a quote in flight', `200 for ${scene.orderId}`, `${status} for ${orderId}`)
        }
      }
    },
  },
  {
    name: 'refuses new connections after SIGTERM',
    async run(target) {
      await using scene = await signalled(target)
      const { port } = scene.program.url
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
    name: 'exits 0 within 5 s of SIGTERM, while connections idle, say nothing or stop half-way',
    async run(target) {
      await using scene = await signalled(target)
      const { program } = scene
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

interface Answer {
  readonly status: number | string
  readonly orderId: unknown
}

interface Scene extends AsyncDisposable {
  readonly program: Program
  readonly orderId: string
  /** To the requests that were in flight at the signal. */
  readonly answers: Promise<readonly Answer[]>
}

/**
 * A service that was sent SIGTERM while it answered quotes on kept-alive connections, one other such connection was idle, one
 * had never sent a byte and one had sent half of a request.
 */
async function signalled(target: ProcessTarget): Promise<Scene> {
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
    sockets.push(await opened(program.url), await opened(program.url))
    sockets[1]?.write(halfOrder)
    // A connection that the service has not accepted yet is reset by its end: use each one first.
    await Promise.all(agents.map((agent) => ask(program.url, '/health', agent)))

    for (let attempt = 1; attempt <= 5; attempt++) {
      let answered = 0
      const answers = Promise.all(
        others.map(async (agent) => {
          const answer = await ask(program.url, `/orders/${orderId}/quote`, agent)
          answered++
          return answer
        }),
      )
      // Sent after the quotes and answered at once: with its answer here, the service has read the quotes.
      await ask(program.url, '/health', marker)
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

/** Asks over the agent's one connection. A connection that breaks is an answer too. */
function ask(url: URL, path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    get(new URL(path, url), { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, orderId: orderIdIn(text) })
      })
      response.once('error', ({ message }) => resolve({ status: message, orderId: undefined }))
    }).once('error', ({ message }) => resolve({ status: message, orderId: undefined }))
  })
}

function orderIdIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { orderId?: unknown } | null)?.orderId
  } catch {
    return undefined
  }
}

async function opened({ hostname, port }: URL): Promise<Socket> {
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket.on('error', () => {
    // The service closes it when it ends.
  })
}
