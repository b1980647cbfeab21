import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBrokerProcess, type BrokerProcess } from '../../process/broker.ts'
import { environmentOf } from '../../process/runtimes.ts'
import { createLeanAdmin } from '../adapters/lean.ts'
import { createDrivenTarget } from '../driver/driven-target.ts'
import { startDriverProcess } from './driver-process.ts'
import { startHost } from './host-process.ts'
import { modulePath, type InstalledExample, type OpenTestBed } from './test-bed.ts'

/** Short, because scenes wait for a lease to expire. In ms. */
const leaseMs = 2000

/** A new folder for the data of a broker. Disposing of it removes the folder. */
export async function createDataDir() {
  const path = await mkdtemp(join(tmpdir(), 'lean-bus-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/**
 * Starts the broker of an installed example over TCP.
 *
 * @param options.port a free port by default
 * @throws Error with the broker's output when it ends instead
 */
export function startLeanBroker(
  example: InstalledExample,
  { dataDir, port = 0 }: { readonly dataDir: string; readonly port?: number },
): Promise<BrokerProcess> {
  const { runtime } = example
  return startBrokerProcess(modulePath(example, 'cli/run-broker'), {
    node: runtime.path,
    env: {
      ...environmentOf(runtime),
      BROKER_PORT: String(port),
      DATA_DIR: dataDir,
      LEASE_MS: String(leaseMs),
    },
  })
}

/** A broker that is already running, started by `startLeanBroker`. It may restart while it is used. */
export function openBrokerAt(address: string): OpenTestBed {
  const [host = '', port] = address.split(':')
  const admin = createLeanAdmin(async () => {
    const socket = createConnection(Number(port), host)
    await once(socket, 'connect')
    return socket
  })
  return async (example, resources) => {
    const env = { BUS: address }
    const startDriver = () => startDriverProcess(example, env)
    const { target, kill } = createDrivenTarget({ leaseMs, startDriver, admin })
    resources.defer(kill)
    return { target, programEnv: () => env }
  }
}

/** A new broker in its own process. Members are processes. The program under test uses the same broker. */
export const openTcpBroker: OpenTestBed = async (example, resources) => {
  const { path } = resources.use(await createDataDir())
  const { address } = resources.use(await startLeanBroker(example, { dataDir: path }))
  return openBrokerAt(address)(example, resources)
}

/**
 * A broker in memory that shares its process with all members. Each member is a worker, and nothing uses network or disk. Each
 * start of the program under test has its own broker and its own folder.
 */
export const openInProcessBroker: OpenTestBed = async (example, resources) => {
  const { path } = resources.use(await createDataDir())
  const host = startHost(example, leaseMs)
  resources.defer(host.kill)
  const { target, kill } = createDrivenTarget({ leaseMs, ...host })
  resources.defer(kill)
  let starts = 0
  return { target, programEnv: () => ({ BUS: '', DATA_DIR: join(path, String(starts++)) }) }
}
