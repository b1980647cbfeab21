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
  stop(): Promise<void>
}

/** Starts the dev broker on a free port and waits for the line with its address. */
export async function startBrokerProcess(): Promise<BrokerProcess> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, BROKER_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const exited = once(child, 'exit').then(([code, signal]) => {
    complaints += `ended with ${code ?? signal}`
  })
  for await (const line of createInterface(child.stdout)) {
    const address = /^KAFKA_BROKERS=(.*:(\d+))$/.exec(line)
    if (!address?.[1]) continue
    return {
      address: address[1],
      port: Number(address[2]),
      complaints: () => complaints,
      async stop() {
        child.kill('SIGTERM')
        await exited
      },
    }
  }
  await exited
  throw new Error(`The dev broker did not start: ${complaints}`)
}
