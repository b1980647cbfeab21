import { createInterface } from 'node:readline'
import { startChild } from './child.ts'
import { describeOutput } from './describe.ts'

export interface BrokerOptions {
  /** Path of the Node.js that runs the broker. */
  readonly node: string
  /** The complete environment. `BROKER_PORT` is `0` by default: a free port. */
  readonly env: NodeJS.ProcessEnv
}

/** The broker of an example in its own process. Disposing of it stops it gracefully. */
export interface BrokerProcess extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly address: string
  readonly port: number
  /** Its stderr so far. After its end, the exit code or signal follows. */
  errorOutput(): string
  /** The lines of its stdout so far. */
  lines(): readonly string[]
  /**
   * Sends a signal, SIGTERM by default, and waits until the broker has ended.
   *
   * @throws Error with its stderr when the broker has already ended
   */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts a broker and waits for a line with its address, such as `KAFKA_BROKERS=127.0.0.1:40123`.
 *
 * @param program path of its entry: `…/dev-broker/main.ts`
 * @throws Error with its stderr when it ends instead
 */
export async function startBrokerProcess(
  program: string,
  { node, env }: BrokerOptions,
): Promise<BrokerProcess> {
  const { child, stdoutStream, stderr, exit } = startChild([node, program], {
    env: { BROKER_PORT: '0', ...env },
  })
  let end: string | undefined
  const ended = exit.then(({ code, signal }) => {
    end = `ended with ${code ?? signal}`
  })
  const errorOutput = () => stderr() + (end ?? '')

  const lines: string[] = []
  const address = await new Promise<string | undefined>((resolve, reject) => {
    createInterface(stdoutStream).on('line', (line) => {
      lines.push(line)
      const [, found] = /^[A-Z_]+=(\S+:\d+)$/.exec(line) ?? []
      if (found !== undefined) resolve(found)
    })
    ended.then(() => resolve(undefined), reject)
  })
  if (address === undefined) {
    throw new Error(`The broker did not start. ${describeOutput(errorOutput())}`)
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (end !== undefined) {
      throw new Error(`The broker had already ended. ${describeOutput(errorOutput())}`)
    }
    child.kill(signal)
    await ended
  }
  return {
    address,
    port: Number(address.split(':').at(-1)),
    errorOutput,
    lines: () => lines,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}
