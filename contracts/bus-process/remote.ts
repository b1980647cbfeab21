import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Bus, Handler, Position, Subscription } from '../bus/port.ts'
import { said } from '../program.ts'
import { fromSent, toSent, type Call, type Order, type Word } from './messages.ts'

const program = fileURLToPath(new URL('driver.ts', import.meta.url))

export interface DriverOptions {
  /** The folder of the example's modules: `src`, or `dist` after a build. */
  readonly modules: string
  /** The Node.js that runs it. */
  readonly node: string
  /** The whole environment: the example reads from it how to reach the bus. */
  readonly env: NodeJS.ProcessEnv
}

/** A process that runs buses of an example. Disposing of it kills it. */
export interface Driver extends AsyncDisposable {
  /** A bus in that process. `deadLetters` lays the example's `withDeadLetters` around each handler. */
  connect(options?: { readonly deadLetters?: boolean }): Promise<Bus>
  signal(name: NodeJS.Signals): void
  /** Ends it at once, also while it is stopped, and resolves when it is gone. */
  kill(): Promise<void>
}

/** To be killed should this process end first: one that is stopped would never notice. */
const running = new Set<() => void>()
process.on('exit', () => {
  for (const kill of running) kill()
})

/** Starts a driver. Whatever is wrong with the example is an error of the first call. */
export function startDriver({ modules, node, env }: DriverOptions): Driver {
  const child = fork(program, [modules], {
    execPath: node,
    execArgv: [],
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const kill = () => void child.kill('SIGKILL')
  running.add(kill)

  let ids = 0
  let isGone = false
  const calls = new Map<number, PromiseWithResolvers<unknown>>()
  const handlers = new Map<number, Handler>()
  const ends = new Map<number, PromiseWithResolvers<unknown>>()
  const lost = () => new Error(`the process of the bus has ended. ${said(output)}`)
  const gone = new Promise<void>((resolve) => {
    child.once('error', ({ message }) => {
      output += message
      resolve()
    })
    child.once('close', () => resolve())
  }).then(() => {
    isGone = true
    running.delete(kill)
    for (const { reject } of calls.values()) reject(lost())
    for (const { reject } of ends.values()) reject(lost())
  })

  const tell = (order: Order) => {
    // What it does not read any more, it cannot answer either.
    if (child.connected) child.send(order, () => {})
  }
  const ask = (call: Call): Promise<unknown> => {
    if (isGone) return Promise.reject(lost())
    const id = ids++
    const answer = Promise.withResolvers<unknown>()
    calls.set(id, answer)
    tell({ type: 'call', id, call })
    return answer.promise
  }
  child.on('message', (word: Word) => {
    switch (word.type) {
      case 'done':
        calls.get(word.id)?.resolve(word.value)
        return calls.delete(word.id)
      case 'failed':
        calls.get(word.id)?.reject(fromSent(word.error))
        return calls.delete(word.id)
      case 'ended': {
        const end = ends.get(word.subscription)
        return word.error ? end?.reject(fromSent(word.error)) : end?.resolve(undefined)
      }
      case 'record': {
        const { delivery, record } = word
        const commit = async () => void (await ask({ do: 'commit', delivery }))
        handlers
          .get(word.subscription)?.(record, commit)
          .then(
            () => tell({ type: 'handled', delivery, error: undefined }),
            (error: unknown) => tell({ type: 'handled', delivery, error: toSent(error) }),
          )
      }
    }
  })

  async function connect({ deadLetters = false } = {}): Promise<Bus> {
    const bus = ids++
    await ask({ do: 'connect', bus })
    return {
      publish: async (topic, record) =>
        (await ask({ do: 'publish', bus, topic, record })) as Position,
      async subscribe({ topic, group }, handle): Promise<Subscription> {
        const subscription = ids++
        const end = Promise.withResolvers<unknown>()
        const ended = end.promise.then(() => {})
        // A scene need not look at it.
        ended.catch(() => {})
        handlers.set(subscription, handle)
        ends.set(subscription, end)
        await ask({ do: 'subscribe', bus, subscription, topic, group, deadLetters })
        return {
          ended,
          stop: async () => void (await ask({ do: 'stop', subscription })),
        }
      },
      close: async () => void (await ask({ do: 'close', bus })),
    }
  }

  return {
    connect,
    signal: (name) => void child.kill(name),
    async kill() {
      kill()
      await gone
    },
    async [Symbol.asyncDispose]() {
      kill()
      await gone
    },
  }
}
