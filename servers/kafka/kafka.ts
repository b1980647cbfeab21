/** Real Kafka on this machine: a cluster of one or three brokers, for tests and for readers. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { formatData, startBroker, whenReady, type Broker } from './broker.ts'
import { makeCertificate } from './certificate.ts'
import { KafkaError, type Exit } from './error.ts'
import { classPath, kafkaVersion } from './jars.ts'
import type { Jvm } from './java.ts'
import { freePorts, isFree } from './ports.ts'
import { settingsOf, type Login, type Node } from './settings.ts'
import { runTool, type Tool, type ToolOptions } from './tools.ts'

export interface KafkaOptions {
  /** The program `java`, 17 or later. */
  readonly java: string
  /** How many, each broker and controller in one. With three, every topic has three replicas. One where it is left out. */
  readonly brokers?: 1 | 3
  /** Of the first broker; the next ones follow. Any free ports for 0 and where it is left out. */
  readonly port?: number
  /** The folder of the data, which stay there. A later start with as many brokers goes on with them. */
  readonly keep?: string
  /** Opens a second listener per broker, for clients that log in over TLS. */
  readonly saslSsl?: boolean
  /** Told what takes its time. */
  readonly log?: (line: string) => void
  /** Told when a broker has ended that nobody has stopped. */
  readonly onExit?: (index: number, exit: Exit, lastLines: string) => void
  /** Gives the start up; what runs by then is ended. */
  readonly signal?: AbortSignal
}

/** What a client needs to log in: by SCRAM-SHA-512 or PLAIN, over TLS. */
export interface SaslSsl {
  readonly brokers: readonly string[]
  readonly username: string
  readonly password: string
  /** The path of the certificate to be trusted, PEM. */
  readonly ca: string
}

/** Brokers that run. Disposing of them ends them and removes their data, unless those are kept. */
export interface Kafka extends AsyncDisposable {
  /** Their addresses: `127.0.0.1:19092`. */
  readonly brokers: readonly string[]
  readonly saslSsl: SaslSsl | undefined
  /** Java with Kafka's jars, to run console tools against another broker. */
  readonly jvm: Jvm
  /** Ends a broker, in order or by SIGKILL, and resolves when it has ended. */
  stop(index: number, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts a broker that was stopped, at the same address, and resolves when it serves again. */
  start(index: number): Promise<void>
  restart(index: number, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /**
   * Runs one of Kafka's console tools against these brokers and resolves with what it wrote to stdout.
   * @throws Error with all its output when it ends with another code than 0
   */
  run(tool: Tool, args: readonly string[], options?: ToolOptions): Promise<string>
}

/** How long a broker whose data are kept may take to end in order, in milliseconds. The last of three never gets there. */
const orderlyLimit = 10_000

const credentials = { username: 'orders', password: 'orders-secret' }

/**
 * Starts Kafka and resolves when every broker serves and knows of the others. The first time, its jars are fetched.
 *
 * @throws KafkaError when it cannot be started, with the mend or with what the broker wrote; nothing of it is left by then
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
  const nodes = await nodesOf(ports, data, saslSsl)
  const files = await Promise.all(
    nodes.map(async (node) => {
      const file = join(folder, `node-${node.id}.properties`)
      await writeFile(file, settingsOf(node, nodes, login))
      await formatData(jvm, file, node.data, login, signal)
      return file
    }),
  )

  const running = new Map<number, Broker>()
  const watch = () => guard.watch([...running.values()].flatMap(({ pid }) => pid ?? []))
  const launch = (index: number): Broker => {
    const { id, port } = nodes[index] as Node
    const broker = startBroker(jvm, files[index] as string, id, port)
    running.set(index, broker)
    watch()
    return broker
  }
  const halt = async (index: number, name: NodeJS.Signals) => {
    const broker = running.get(index)
    running.delete(index)
    broker?.kill(name)
    await broker?.exit
    watch()
  }
  if (keep !== undefined) {
    starting.defer(async () => {
      const late = setTimeout(orderlyLimit, undefined, { ref: false }).then(() => {
        for (const broker of running.values()) broker.kill('SIGKILL')
      })
      const ended = [...running.values()].map((broker) => {
        broker.kill('SIGTERM')
        return broker.exit
      })
      await Promise.race([Promise.all(ended), late.then(() => Promise.all(ended))])
    })
  }

  const ids = nodes.map(({ id }) => id)
  log(`Starting Kafka ${kafkaVersion} …`)
  await Promise.all(ids.map((_id, index) => whenReady(launch(index), ids, signal)))
  const cleanup = starting.move()

  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  for (const [index, broker] of running) report(index, broker)
  function report(index: number, broker: Broker): void {
    void broker.exit.then((exit) => {
      if (running.get(index) === broker && !cleanup.disposed) {
        options.onExit?.(index, exit, broker.lastLines())
      }
    })
  }
  const start = async (index: number) => {
    const broker = launch(index)
    await whenReady(broker, [broker.id], undefined)
    report(index, broker)
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
    stop: (index, name = 'SIGTERM') => halt(index, name),
    async restart(index, name = 'SIGTERM') {
      await halt(index, name)
      await start(index)
    },
    run: (tool, args, toolOptions) =>
      runTool(jvm, tool, ['--bootstrap-server', addresses.join(), ...args], toolOptions),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}

/** The ports of the brokers: from this one on, or any free ones for 0. */
async function takePorts(first: number, count: number): Promise<number[]> {
  if (first === 0) return freePorts(count)
  const ports = Array.from({ length: count }, (_none, index) => first + index)
  for (const port of ports) {
    if (await isFree(port)) continue
    throw new KafkaError(
      `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or take another: KAFKA_PORT=${first + 100} npm run kafka`,
    )
  }
  return ports
}

/** Makes the folder of the data, and refuses the data of more or fewer brokers: they could not elect a leader. */
async function checkData(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const present = (await readdir(folder)).filter((name) => /^node-\d$/.test(name)).length
  if (present === 0 || present === count) return
  throw new KafkaError(
    `${folder} holds the data of ${present} brokers, not ${count}. Start as many, or give another folder: --brokers ${present}`,
  )
}

async function nodesOf(
  ports: readonly number[],
  data: string,
  saslSsl: boolean,
): Promise<readonly Node[]> {
  const free = (await freePorts(2 * ports.length + 1)).filter((port) => !ports.includes(port))
  return ports.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: free[2 * index] as number,
    saslPort: saslSsl ? free[2 * index + 1] : undefined,
    data: join(data, `node-${index + 1}`),
  }))
}

interface Guard extends AsyncDisposable {
  /** The processes that run now. */
  watch(pids: readonly number[]): void
}

/** Starts guard.ts. Disposing of it kills the processes that it watches and removes the folder. */
function startGuard(folder: string): Guard {
  const program = fileURLToPath(new URL('guard.ts', import.meta.url))
  const child = spawn(process.execPath, [program, folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  const exit = once(child, 'exit')
  return {
    watch: (pids) => void child.stdin.write(`${JSON.stringify(pids)}\n`),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exit
    },
  }
}
