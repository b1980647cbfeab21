/**
 * Runs the broker of an example in memory, with drivers in workers of the same process. `startHost` starts it.
 *
 *   node host-program.ts <folder of the example's modules>
 */
import { duplexPair, type Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { createLeanAdmin } from '../adapters/lean.ts'
import { loadModules } from './example-modules.ts'
import type {
  HostCommand,
  HostMessage,
  HostRequest,
  WorkerCommand,
  WorkerData,
  WorkerMessage,
} from './host-messages.ts'
import { createMessagePortStream } from './message-port-stream.ts'
import { sendResult } from './requests.ts'

interface Broker {
  accept(stream: Duplex): void
}
interface BrokerModules {
  readonly openBrokerFromSettings: (settings: unknown) => Promise<Broker>
  readonly readBrokerSettings: (env: NodeJS.ProcessEnv) => unknown
}

const [, , folder = ''] = process.argv
const send = (message: HostMessage) => void process.send?.(message)
const broker = Promise.withResolvers<Broker>()
const workers = new Map<number, { readonly thread: Worker; readonly frozen: Int32Array }>()

async function openBroker(leaseMs: number): Promise<void> {
  const modules = (await loadModules(folder, ['broker/start', 'settings'])) as BrokerModules
  const env = { DATA_DIR: ':memory:', LEASE_MS: String(leaseMs) }
  broker.resolve(await modules.openBrokerFromSettings(modules.readBrokerSettings(env)))
}

const admin = createLeanAdmin(async () => {
  const [ours, theirs] = duplexPair()
  const { accept } = await broker.promise
  accept(theirs)
  return ours
})

function perform(request: HostRequest): Promise<unknown> {
  switch (request.do) {
    case 'open-broker':
      return openBroker(request.leaseMs)
    case 'create-topic':
      return admin.createTopic(request.topic, 1)
    case 'committed':
      return admin.committed(request.group, request.topic)
  }
}

function startWorker(id: number): void {
  const frozen = new Int32Array(new SharedArrayBuffer(4))
  const data: WorkerData = { folder, frozen }
  const thread = new Worker(new URL('driver-worker.ts', import.meta.url), { workerData: data })
  workers.set(id, { thread, frozen })
  let failure = ''
  thread.on('message', (message: WorkerMessage) => {
    if (message.type !== 'connection') return send({ type: 'forwarded', worker: id, message })
    const stream = createMessagePortStream(message.port)
    void broker.promise.then(({ accept }) => accept(stream))
  })
  thread.on('error', (error) => (failure = String(error)))
  thread.on('exit', () => {
    workers.delete(id)
    send({ type: 'worker-ended', worker: id, error: failure })
  })
}

process.on('message', (command: HostCommand) => {
  if (command.type === 'start') return startWorker(command.worker)
  if (command.type === 'request') {
    return void sendResult(command.id, perform(command.request), send)
  }
  const worker = workers.get(command.worker)
  if (!worker) return
  const { thread, frozen } = worker
  const post = (message: WorkerCommand) => thread.postMessage(message)
  switch (command.type) {
    case 'forward':
      return post(command.command)
    case 'freeze':
      Atomics.store(frozen, 0, 1)
      return post({ type: 'freeze' })
    case 'wake':
      Atomics.store(frozen, 0, 0)
      Atomics.notify(frozen, 0)
      return
    case 'end':
      void thread.terminate()
  }
})
process.once('disconnect', () => process.exit())
