import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { spawnBroker } from '../../../lab/crash/broker.ts'
import { exampleSource } from '../../../lab/lean-bus.ts'
import { temporaryFolder } from '../../tools/temporary.ts'

export type TestBroker = Awaited<ReturnType<typeof startTestBroker>>

/**
 * Starts a broker in its own process, as `npm run broker` does, and waits until it is ready. Default: a free port and an empty
 * data folder. The broker is killed when the test has finished.
 *
 * @throws Error with its stderr if it exits instead
 */
export async function startTestBroker(
  env: Readonly<Record<string, string>> = {},
  ...args: string[]
) {
  const dataDir = env['DATA_DIR'] ?? temporaryDataDir()
  const program = join(exampleSource, 'cli/run-broker.ts')
  const broker = spawnBroker([program, ...args], {
    ...process.env,
    ...env,
    DATA_DIR: dataDir,
  })
  onTestFinished(() => broker.kill('SIGKILL'))
  const exit = broker.exit.then(({ code, signal }) => code ?? signal)
  const port = await broker.port
  if (port === undefined) throw new Error(`exited with ${await exit}: ${broker.stderr()}`)
  const address = { host: '127.0.0.1', port }
  return {
    ...broker,
    port,
    address,
    dataDir,
    /** Resolves with the exit code, or with the signal that ended the process. */
    exit,
    /** Resident memory of the process. */
    residentBytes: () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(broker.pid)], { encoding: 'utf8' })) *
      1024,
    async connect() {
      const socket = createConnection({ ...address, noDelay: true })
      onTestFinished(() => void socket.destroy())
      await once(socket, 'connect')
      return socket
    },
  }
}

/** The path of a data folder that doesn't exist yet. It is deleted when the test has finished. */
export const temporaryDataDir = () => join(temporaryFolder({}, tmpdir()), 'data')
