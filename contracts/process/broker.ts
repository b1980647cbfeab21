import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describeOutput } from './describe.ts'

export interface BrokerOptions {
  /** The Node.js that runs it. */
  readonly node: string
  /** The whole environment; `BROKER_PORT` is `0` unless it says otherwise. */
  readonly env: NodeJS.ProcessEnv
}

/** The broker of an example in a process of its own. Disposing of it ends it in order. */
export interface BrokerProcess extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly address: string
  readonly port: number
  /** What it has written to stderr, and how it has ended if it has. */
  complaints(): string
  /** What it has written to stdout. */
  lines(): readonly string[]
  /**
   * Ends it, in order unless another signal is named, and resolves when it is gone.
   *
   * @throws Error with what it wrote when it had ended before
   */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** To be killed should this process end first. */
const running = new Set<() => void>()
process.on('exit', () => {
  for (const kill of running) kill()
})

/**
 * Starts a broker and waits for the line with its address: `KAFKA_BROKERS=127.0.0.1:40123`, or another name.
 *
 * @param program its entry: `…/dev-broker/main.ts`
 * @throws Error with what it wrote when it ends instead
 */
export async function startBrokerProcess(
  program: string,
  { node, env }: BrokerOptions,
): Promise<BrokerProcess> {
  const child = spawn(node, [program], {
    env: { BROKER_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => void child.kill('SIGKILL')
  running.add(kill)
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  let hasEnded = false
  const exited = once(child, 'close').then(([code, signal]) => {
    hasEnded = true
    complaints += `ended with ${code ?? signal}`
    running.delete(kill)
  })

  const lines: string[] = []
  const address = await new Promise<string | undefined>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      const [, found] = /^[A-Z_]+=(\S+:\d+)$/.exec(line) ?? []
      if (found !== undefined) resolve(found)
    })
    void exited.then(() => resolve(undefined))
  })
  if (address === undefined)
    throw new Error(`The broker did not start. ${describeOutput(complaints)}`)
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (hasEnded) throw new Error(`The broker had ended by itself. ${describeOutput(complaints)}`)
    child.kill(signal)
    await exited
  }
  return {
    address,
    port: Number(address.split(':').at(-1)),
    complaints: () => complaints,
    lines: () => lines,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}
