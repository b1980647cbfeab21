/**
 * The broker of an example in this process, all in memory, with drivers in workers: nothing of it goes over a network.
 * Started by `startHost`, with the folder of the example's modules.
 *
 *   node host.ts <folder>
 */
import { duplexPair, type Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import type {
  HostOrder,
  HostWord,
  Question,
  WorkerData,
  WorkerMessage,
  WorkerOrder,
} from './host-messages.ts'
import { committedOffset, createTopic, type Open } from '../adapters/lean-client.ts'
import { toSent } from './messages.ts'
import { loadModules } from './modules.ts'
import { streamOver } from './port-stream.ts'

interface Broker {
  accept(stream: Duplex): void
}
interface Modules {
  readonly openBrokerFromSettings: (settings: unknown) => Promise<Broker>
  readonly readBrokerSettings: (env: NodeJS.ProcessEnv) => unknown
}

const [, , folder = ''] = process.argv
const say = (word: HostWord) => void process.send?.(word)
const broker = Promise.withResolvers<Broker>()
const workers = new Map<number, { readonly thread: Worker; readonly frozen: Int32Array }>()

async function openBroker(leaseMs: number): Promise<void> {
  const modules = (await loadModules(folder, ['broker/start', 'settings'])) as Modules
  const env = { DATA_DIR: ':memory:', LEASE_MS: String(leaseMs) }
  broker.resolve(await modules.openBrokerFromSettings(modules.readBrokerSettings(env)))
}

const open: Open = async () => {
  const [ours, theirs] = duplexPair()
  const { accept } = await broker.promise
  accept(theirs)
  return ours
}

function answer(question: Question): Promise<unknown> {
  switch (question.do) {
    case 'open':
      return openBroker(question.leaseMs)
    case 'create-topic':
      return createTopic(open, question.topic)
    case 'committed':
      return committedOffset(open, question)
  }
}

function startWorker(id: number): void {
  const frozen = new Int32Array(new SharedArrayBuffer(4))
  const data: WorkerData = { folder, frozen }
  const thread = new Worker(new URL('driver-worker.ts', import.meta.url), { workerData: data })
  workers.set(id, { thread, frozen })
  let message = ''
  thread.on('message', (word: WorkerMessage) => {
    if (word.type !== 'connection') return say({ type: 'word', worker: id, word })
    const stream = streamOver(word.port)
    void broker.promise.then(({ accept }) => accept(stream))
  })
  thread.on('error', (error) => (message = String(error)))
  thread.on('exit', () => {
    workers.delete(id)
    say({ type: 'gone', worker: id, message })
  })
}

process.on('message', (order: HostOrder) => {
  if (order.type === 'start') return startWorker(order.worker)
  if (order.type === 'question') {
    const { id, question } = order
    answer(question).then(
      (value) => say({ type: 'answer', id, value }),
      (error: unknown) => say({ type: 'refusal', id, error: toSent(error) }),
    )
    return
  }
  const worker = workers.get(order.worker)
  if (!worker) return
  const { thread, frozen } = worker
  const tell = (order: WorkerOrder) => thread.postMessage(order)
  switch (order.type) {
    case 'order':
      return tell(order.order)
    case 'freeze':
      Atomics.store(frozen, 0, 1)
      return tell({ type: 'freeze' })
    case 'wake':
      Atomics.store(frozen, 0, 0)
      Atomics.notify(frozen, 0)
      return
    case 'end':
      void thread.terminate()
  }
})
process.once('disconnect', () => process.exit())
