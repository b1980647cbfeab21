import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describeOutput, KafkaError, type Exit } from './error.ts'
import { runJava, spawnJava, type Jvm } from './java.ts'
import { brokerIds } from './metadata.ts'

/** Start timeout of a broker, in ms. */
const startTimeout = 60_000

/** Number of output lines that are kept for error messages. */
const keptLines = 20

/** One ID for every cluster, since nodes of two clusters never meet. It has 22 characters, like the IDs that Kafka makes. */
const clusterId = 'ForTestsAndReadersOnly'

/** A running node of a cluster: broker and controller in one. */
export interface RunningNode {
  readonly id: number
  readonly port: number
  readonly pid: number | undefined
  /** Resolves when the process has exited. */
  readonly exit: Promise<Exit>
  /** Undefined while the process runs. */
  exited(): Exit | undefined
  /** The last lines of output, for error messages. */
  lastLines(): string
  kill(signal: NodeJS.Signals): void
}

/** Formats the data folder of a node, unless it already holds data. */
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

/** Starts the process of a node. Use `whenReady` to wait until it serves. */
export function startNode(jvm: Jvm, settings: string, id: number, port: number): RunningNode {
  const child = spawnJava(jvm, ['kafka.Kafka', settings])
  let output = ''
  let exited: Exit | undefined
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
  void exit.then((result) => (exited = result))
  return {
    id,
    port,
    pid: child.pid,
    exit,
    exited: () => exited,
    lastLines: () => describeOutput(output),
    kill: (signal) => child.kill(signal),
  }
}

/**
 * Resolves when a node reports all of these brokers as alive.
 *
 * @throws KafkaError with the last lines of output when the node exits or takes more than 60 s
 */
export async function whenReady(
  node: RunningNode,
  ids: readonly number[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + startTimeout
  for (;;) {
    signal?.throwIfAborted()
    const exited = node.exited()
    if (exited) {
      throw new KafkaError(
        `Broker ${node.id} exited with ${exited.code ?? exited.signal} instead of starting. ${node.lastLines()}`,
      )
    }
    const alive = await brokerIds(node.port).catch((): number[] => [])
    if (ids.every((id) => alive.includes(id))) return
    if (Date.now() > deadline) {
      throw new KafkaError(
        `Broker ${node.id} was not ready after ${startTimeout / 1000} s. ${node.lastLines()}`,
      )
    }
    await setTimeout(100)
  }
}
