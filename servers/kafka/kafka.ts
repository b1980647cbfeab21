/** Starts real Kafka on this machine, for tests and readers: a cluster of one or three brokers. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeCertificate } from './certificate.ts'
import { KafkaError, type Exit } from './error.ts'
import { classPath, kafkaVersion } from './jars.ts'
import type { JavaOptions, Jvm } from './java.ts'
import { formatData, startNode, whenReady, type RunningNode } from './node.ts'
import { freePorts, isFree } from './ports.ts'
import { renderSettings, type Login, type NodeSettings } from './settings.ts'
import { runTool, type Tool } from './tools.ts'

export interface KafkaOptions {
  /** The program `java`, 17 or later. */
  readonly java: string
  /** Number of nodes, each broker and controller in one. With three, every topic has three replicas. Default: 1. */
  readonly brokers?: 1 | 3
  /** Port of the first broker. The others use the next ports. 0, the default, means any free ports. */
  readonly port?: number
  /** Folder where the data are kept. A later start with as many brokers uses them again. */
  readonly keep?: string
  /** Adds a listener to each broker for clients that log in over TLS. */
  readonly saslSsl?: boolean
  /** Called before each step that takes time. */
  readonly log?: (line: string) => void
  /** Called when a broker exits without `stop` or disposal. */
  readonly onExit?: (index: number, exit: Exit, lastLines: string) => void
  /** Aborts the start and stops the brokers that already run. */
  readonly signal?: AbortSignal
}

/** Settings of a client that logs in with SCRAM-SHA-512 or PLAIN over TLS. */
export interface SaslSsl {
  readonly brokers: readonly string[]
  readonly username: string
  readonly password: string
  /** Path of the certificate to trust, PEM. */
  readonly ca: string
}

/** A running cluster. Disposing it stops the brokers and removes their data, unless `keep` was set. */
export interface Kafka extends AsyncDisposable {
  /** Addresses such as `127.0.0.1:19092`. */
  readonly brokers: readonly string[]
  readonly saslSsl: SaslSsl | undefined
  /** Java with Kafka's jars, to run console tools against another cluster. */
  readonly jvm: Jvm
  /** Stops a broker and resolves when its process has exited. The default signal is SIGTERM. */
  stop(index: number, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts a stopped broker at the same address and resolves when it serves again. */
  start(index: number): Promise<void>
  restart(index: number, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /**
   * Runs one of Kafka's console tools against these brokers and resolves with its standard output.
   *
   * @throws Error with the output when the tool fails
   */
  run(tool: Tool, args: readonly string[], options?: JavaOptions): Promise<string>
}

/** Shutdown timeout of brokers whose data are kept, in ms. The last of three always reaches it, since it lacks a quorum. */
const shutdownTimeout = 10_000

const credentials = { username: 'orders', password: 'orders-secret' }

/**
 * Starts Kafka and resolves when every broker serves and knows the others. Fetches the jars the first time.
 *
 * @throws KafkaError that names the fix or quotes the broker. By then no process and no file is left.
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { java, brokers: count = 1, keep, saslSsl = false, log = () => {}, signal } = options
  const ports = await takePorts(options.port ?? 0, count)
  const jvm: Jvm = { java, classPath: await classPath(log, signal) }

  await using starting = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kafka-'))
  const guard = starting.use(startGuard(folder))
  const data = keep === undefined ? join(folder, 'data') : resolve(keep)
  await checkData(data, count)
  const login: Login | undefined = saslSsl
    ? { ...credentials, ...(await makeCertificate(java, folder, credentials.password)) }
    : undefined
  const nodes = await planNodes(ports, data, saslSsl)
  const files = await Promise.all(
    nodes.map(async (node) => {
      const file = join(folder, `node-${node.id}.properties`)
      await writeFile(file, renderSettings(node, nodes, login))
      await formatData(jvm, file, node.data, login, signal)
      return file
    }),
  )

  const running = new Map<number, RunningNode>()
  const watch = () => guard.watch([...running.values()].flatMap(({ pid }) => pid ?? []))
  const launch = (index: number): RunningNode => {
    const { id, port } = nodes[index] as NodeSettings
    const node = startNode(jvm, files[index] as string, id, port)
    running.set(index, node)
    watch()
    return node
  }
  const stop = async (index: number, name: NodeJS.Signals = 'SIGTERM') => {
    const node = running.get(index)
    running.delete(index)
    node?.kill(name)
    await node?.exit
    watch()
  }
  if (keep !== undefined) {
    starting.defer(async () => {
      const kill = (name: NodeJS.Signals) => {
        for (const node of running.values()) node.kill(name)
      }
      kill('SIGTERM')
      const exited = Promise.all(Array.from(running.values(), ({ exit }) => exit))
      await Promise.race([exited, setTimeout(shutdownTimeout, undefined, { ref: false })])
      kill('SIGKILL')
      await exited
    })
  }

  const ids = nodes.map(({ id }) => id)
  log(`Starting Kafka ${kafkaVersion} …`)
  await Promise.all(ids.map((_id, index) => whenReady(launch(index), ids, signal)))
  const cleanup = starting.move()

  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  for (const [index, node] of running) reportExit(index, node)
  function reportExit(index: number, node: RunningNode): void {
    void node.exit.then((exit) => {
      if (running.get(index) === node && !cleanup.disposed) {
        options.onExit?.(index, exit, node.lastLines())
      }
    })
  }
  const start = async (index: number) => {
    const node = launch(index)
    await whenReady(node, [node.id], undefined)
    reportExit(index, node)
  }
  return {
    brokers: addresses,
    saslSsl: login && {
      ...credentials,
      brokers: nodes.map(({ saslPort }) => `127.0.0.1:${saslPort}`),
      ca: join(folder, 'ca.pem'),
    },
    jvm,
    start,
    stop,
    async restart(index, name) {
      await stop(index, name)
      await start(index)
    },
    run: (tool, args, toolOptions) =>
      runTool(jvm, tool, ['--bootstrap-server', addresses.join(), ...args], toolOptions),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

/** Returns consecutive ports starting at `first`, or any free ports for 0. */
async function takePorts(first: number, count: number): Promise<number[]> {
  if (first === 0) return freePorts(count)
  const ports = Array.from({ length: count }, (_none, index) => first + index)
  for (const port of ports) {
    if (await isFree(port)) continue
    throw new KafkaError(
      `Port ${port} on 127.0.0.1 is in use. Stop the program that uses it, or choose another port: KAFKA_PORT=${first + 100} npm run kafka`,
    )
  }
  return ports
}

/** Creates the data folder. Rejects data of more or fewer brokers, which could not elect a leader. */
async function checkData(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const present = (await readdir(folder)).filter((name) => /^node-\d$/.test(name)).length
  if (present === 0 || present === count) return
  throw new KafkaError(
    `${folder} holds the data of ${present} brokers, not ${count}. Start ${present} brokers, or choose another folder: --brokers ${present}`,
  )
}

async function planNodes(
  ports: readonly number[],
  data: string,
  saslSsl: boolean,
): Promise<readonly NodeSettings[]> {
  const free = (await freePorts(2 * ports.length + 1)).filter((port) => !ports.includes(port))
  return ports.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: free[2 * index] as number,
    saslPort: saslSsl ? free[2 * index + 1] : undefined,
    data: join(data, `node-${index + 1}`),
  }))
}

/** Starts guard.ts. Disposing it kills the processes that it watches and removes the folder. */
function startGuard(folder: string) {
  const program = fileURLToPath(new URL('guard.ts', import.meta.url))
  const child = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const exit = once(child, 'exit')
  return {
    /** Replaces the list of processes to kill. */
    watch: (processIds: readonly number[]) =>
      void child.stdin.write(`${JSON.stringify(processIds)}\n`),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exit
    },
  }
}
