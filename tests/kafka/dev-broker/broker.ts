import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(
  new URL('../../../examples/kafka/src/dev-broker/main.ts', import.meta.url),
)

/** The dev broker in a process of its own, as `npm run broker` starts it. */
export interface BrokerProcess {
  /** host:port */
  readonly address: string
  readonly port: number
  /** What it has written to stderr, and how it has ended if it has. */
  complaints(): string
  /** What it has written to stdout. */
  lines(): readonly string[]
  stop(): Promise<void>
}

/** Starts the dev broker on a free port and waits for the line with its address. @throws Error with what it wrote if it ends instead */
export async function startBrokerProcess(port = '0'): Promise<BrokerProcess> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, BROKER_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const exited = once(child, 'exit').then(([code, signal]) => {
    complaints += `ended with ${code ?? signal}`
  })
  const lines: string[] = []
  const ready = Promise.withResolvers<RegExpExecArray | null>()
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    const address = /^KAFKA_BROKERS=(.*:(\d+))$/.exec(line)
    if (address) ready.resolve(address)
  })
  void exited.then(() => ready.resolve(null))
  const address = await ready.promise
  if (address?.[1]) {
    return {
      address: address[1],
      port: Number(address[2]),
      complaints: () => complaints,
      lines: () => lines,
      async stop() {
        child.kill('SIGTERM')
        await exited
      },
    }
  }
  await exited
  throw new Error(`The dev broker did not start: ${complaints}`)
}
