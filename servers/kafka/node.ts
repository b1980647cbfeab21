import { once } from 'node:events'
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
export type RunningNode = ReturnType<typeof startNode>

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
  const format = ['format', '-t', clusterId, '-c', settings, ...(user ? ['--add-scram', user] : [])]
  await runJava(jvm, ['kafka.tools.StorageTool', ...format], { signal })
}

/** Starts the process of a node. Use `whenReady` to wait until it serves. */
export function startNode(jvm: Jvm, settings: string, id: number, port: number) {
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
  const exit = once(child, 'close').then(
    ([code, signal]): Exit => ({ code, signal }),
    ({ message }: Error): Exit => {
      output += message
      return { code: null, signal: null }
    },
  )
  void exit.then((result) => (exited = result))
  return {
    id,
    port,
    pid: child.pid,
    exit,
    /** Undefined while the process runs. */
    exited: () => exited,
    /** The last lines of output, for error messages. */
    lastLines: () => describeOutput(output),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
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
