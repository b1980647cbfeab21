import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { KafkaError, said, type Exit } from './error.ts'
import { runJava, spawnJava, type Jvm } from './java.ts'
import { brokerIds } from './metadata.ts'

/** How long a broker may take until it serves, in milliseconds. */
const readyLimit = 60_000

/** How many of the last lines of a broker are kept for error messages. */
const keptLines = 20

/** The same for every cluster: nodes of two clusters never know of each other. 22 characters, as Kafka's own ids have. */
const clusterId = 'ForTestsAndReadersOnly'

/** A node of a cluster that runs. */
export interface Broker {
  readonly id: number
  readonly port: number
  readonly pid: number | undefined
  /** How it ended, once it has. */
  readonly exit: Promise<Exit>
  /** Undefined while it runs. */
  ended(): Exit | undefined
  /** The last lines that it wrote, for error messages. */
  lastLines(): string
  kill(signal: NodeJS.Signals): void
}

/** Prepares the data folder of a node, unless it holds data already. */
export async function formatData(
  jvm: Jvm,
  settings: string,
  data: string,
  scram: { readonly username: string; readonly password: string } | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (existsSync(join(data, 'meta.properties'))) return
  const user = scram && `SCRAM-SHA-512=[name=${scram.username},password=${scram.password}]`
  await runJava(
    jvm,
    [
      'kafka.tools.StorageTool',
      ...['format', '-t', clusterId, '-c', settings],
      ...(user === undefined ? [] : ['--add-scram', user]),
    ],
    { signal },
  )
}

/** Starts a node; it is not ready yet. */
export function startBroker(jvm: Jvm, settings: string, id: number, port: number): Broker {
  const child = spawnJava(jvm, ['kafka.Kafka', settings])
  let output = ''
  let ended: Exit | undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text)
        .split('\n')
        .slice(-keptLines - 1)
        .join('\n')
    })
  }
  const exit = new Promise<Exit>((resolve) => {
    child.once('error', ({ message }) => {
      output += message
      resolve({ code: null, signal: null })
    })
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  void exit.then((how) => (ended = how))
  return {
    id,
    port,
    pid: child.pid,
    exit,
    ended: () => ended,
    lastLines: () => said(output),
    kill: (signal) => child.kill(signal),
  }
}

/**
 * Resolves when a broker tells clients that these brokers are alive.
 * @throws KafkaError with the broker's last lines when it ends instead or takes more than 60 s
 */
export async function whenReady(
  broker: Broker,
  ids: readonly number[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + readyLimit
  for (;;) {
    signal?.throwIfAborted()
    const ended = broker.ended()
    if (ended) {
      throw new KafkaError(
        `Broker ${broker.id} ended with ${ended.code ?? ended.signal} instead of starting. ${broker.lastLines()}`,
      )
    }
    const alive = await brokerIds(broker.port).catch((): number[] => [])
    if (ids.every((id) => alive.includes(id))) return
    if (Date.now() > deadline) {
      throw new KafkaError(
        `Broker ${broker.id} was not ready within ${readyLimit / 1000} s. ${broker.lastLines()}`,
      )
    }
    await setTimeout(100)
  }
}
