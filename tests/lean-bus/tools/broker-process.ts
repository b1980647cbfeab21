import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const program = fileURLToPath(
  new URL('../../../examples/lean-bus/src/cli/run-broker.ts', import.meta.url),
)

/** The broker in a process of its own, as `npm run broker` starts it. */
export interface BrokerProcess {
  readonly port: number
  readonly dataDir: string
  /** What it has written to stderr. */
  output(): string
  /** What it holds of the machine's memory, in bytes. */
  residentBytes(): number
  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void
  /** Resolves with its exit code, or the signal that has ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** A connection to it, established. */
  connect(): Promise<Socket>
}

/**
 * Starts a broker, on a free port and an empty data folder unless the environment says otherwise, and waits until it serves.
 * It is killed when the test has finished.
 * @throws Error with what it wrote if it ends instead
 */
export async function startBroker(
  env: Readonly<Record<string, string>> = {},
  ...args: string[]
): Promise<BrokerProcess> {
  const dataDir = env['DATA_DIR'] ?? temporaryDataDir()
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, BROKER_PORT: '0', ...env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number)
  const port = await Promise.race([readPort(child), exited.then(() => undefined)])
  if (port === undefined) throw new Error(`ended with ${await exited}: ${output}`)
  return {
    port,
    dataDir,
    output: () => output,
    residentBytes: () => residentBytes(child),
    signal: (name) => void child.kill(name),
    exited,
    async connect() {
      const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
      onTestFinished(() => void socket.destroy())
      await once(socket, 'connect')
      return socket
    },
  }
}

/** An empty data folder, gone when the test has finished. */
export function temporaryDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lean-bus-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'data')
}

async function readPort({ stdout }: ChildProcess) {
  if (!stdout) return undefined
  for await (const line of createInterface(stdout)) {
    const port = /^BUS=.*:(\d+)$/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  return undefined
}

function residentBytes({ pid }: ChildProcess) {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}
