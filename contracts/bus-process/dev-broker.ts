import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { said } from '../program.ts'

/** The dev broker of an example in a process of its own. Disposing of it ends it. */
export interface DevBroker extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly address: string
  /** What it has written to stderr, and how it has ended if it has. */
  complaints(): string
}

/**
 * Starts a dev broker on a free port and waits for the line with its address.
 *
 * @param program its entry: `…/src/dev-broker/main.ts`
 * @throws Error with what it wrote when it ends instead
 */
export async function startDevBroker(
  program: string,
  { node, env }: { readonly node: string; readonly env: NodeJS.ProcessEnv },
): Promise<DevBroker> {
  const child = spawn(node, [program], {
    env: { ...env, BROKER_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const exited = once(child, 'exit').then(([code, signal]) => {
    complaints += `ended with ${code ?? signal}`
  })
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /^KAFKA_BROKERS=(\S+)$/.exec(line) ?? []
    if (address === undefined) continue
    return {
      address,
      complaints: () => complaints,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await exited
      },
    }
  }
  await exited
  throw new Error(`The dev broker did not start. ${said(complaints)}`)
}
