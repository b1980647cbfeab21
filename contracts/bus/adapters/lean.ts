import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker, type BrokerProcess } from '../../process/broker.ts'
import { startDriverProcess } from '../driver/driver-process.ts'
import { driveTarget, newTopic, type DrivenTarget } from '../driver/drivers.ts'
import { startHost } from '../driver/host-process.ts'
import { committedOffset, createTopic, type Open } from './lean-client.ts'
import { driverOptions, moduleOf, type Installed, type OpenStand } from '../stand.ts'
import type { BusTarget } from '../target.ts'
import { environmentOf } from '../../process/runtimes.ts'

/** In milliseconds; so short that no scene waits for long. */
const leaseMs = 2000

/** A new folder for the logs of brokers. Disposing of it removes it. */
export async function dataFolder() {
  const path = await mkdtemp(join(tmpdir(), 'lean-bus-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/**
 * Starts the broker of an installed example over TCP.
 *
 * @param options.dataDir the folder of its logs
 * @param options.port any free one unless it is given
 * @throws Error with what it wrote when it ends instead
 */
export function startLeanBroker(
  installed: Installed,
  { dataDir, port = 0 }: { readonly dataDir: string; readonly port?: number },
): Promise<BrokerProcess> {
  const { runtime } = installed
  return startBroker(moduleOf(installed, 'cli/run-broker'), {
    node: runtime.path,
    env: {
      ...environmentOf(runtime),
      BROKER_PORT: String(port),
      DATA_DIR: dataDir,
      LEASE_MS: String(leaseMs),
    },
  })
}

/** A broker that is there, started by `startLeanBroker`: it may be restarted meanwhile. @param address its `host:port` */
export function onBroker(address: string): OpenStand {
  return async (installed) => {
    const env = { BUS: address }
    const { kill, ...driven } = driveTarget(() => startDriverProcess(driverOptions(installed, env)))
    const open = overTcpTo(address)
    return {
      target: leanTarget(driven, {
        createTopic: (topic) => createTopic(open, topic),
        committed: (names) => committedOffset(open, names),
      }),
      programEnv: () => env,
      [Symbol.asyncDispose]: kill,
    }
  }
}

/** A broker in a process of its own on a new folder; members are processes, and so is the program that is checked. */
export const overTcp: OpenStand = async (installed) => {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await dataFolder())
  const broker = opened.use(await startLeanBroker(installed, { dataDir: folder.path }))
  const stand = opened.use(await onBroker(broker.address)(installed))
  const kept = opened.move()
  return { ...stand, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/**
 * A broker in memory, in one process with all members, each of them a worker: no network, no disk. The program that is
 * checked has a broker of its own as well, on a folder of its own.
 */
export const inProcess: OpenStand = async (installed) => {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await dataFolder())
  const host = opened.adopt(startHost(driverOptions(installed, {})), ({ kill }) => kill())
  await host.ask({ do: 'open', leaseMs })
  const { kill, ...driven } = driveTarget(host.startDriver)
  opened.defer(kill)
  const kept = opened.move()
  let programs = 0
  return {
    target: leanTarget(driven, {
      createTopic: async (topic) => void (await host.ask({ do: 'create-topic', topic })),
      committed: async (names) => (await host.ask({ do: 'committed', ...names })) as bigint,
    }),
    programEnv: () => ({ BUS: '', DATA_DIR: join(folder.path, String(programs++)) }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** What the port of a bus does not do. */
interface Admin {
  createTopic(topic: string): Promise<void>
  committed(names: { readonly topic: string; readonly group: string }): Promise<bigint>
}

function leanTarget(driven: Omit<DrivenTarget, 'kill'>, admin: Admin): BusTarget {
  return {
    leaseMs,
    ...driven,
    async topic(_partitions, name = newTopic()) {
      await admin.createTopic(name)
      return name
    },
    async committed(group, topic) {
      return new Map([[0, await admin.committed({ topic, group })]])
    },
  }
}

function overTcpTo(address: string): Open {
  const [host = '', port] = address.split(':')
  return async () => {
    const socket = createConnection(Number(port), host)
    await once(socket, 'connect')
    return socket
  }
}
