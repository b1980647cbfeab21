/**
 * Runs the broker of an example in memory, with drivers in workers of the same process. `startHost` starts it.
 *
 *   LEASE_MS=2000 node host-program.ts <folder of the example's modules>
 */
import { duplexPair, type Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { createLeanAdmin } from '../adapters/lean.ts'
import { loadModules } from './example-modules.ts'
import type {
  AdminCall,
  HostCommand,
  HostMessage,
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
const broker = openBroker()
const workers = new Map<number, { readonly thread: Worker; readonly frozen: Int32Array }>()

async function openBroker(): Promise<Broker> {
  const modules = (await loadModules(folder, ['broker/start', 'settings'])) as BrokerModules
  const settings = modules.readBrokerSettings({ ...process.env, DATA_DIR: ':memory:' })
  return modules.openBrokerFromSettings(settings)
}

const admin = createLeanAdmin(async () => {
  const [ours, theirs] = duplexPair()
  const { accept } = await broker
  accept(theirs)
  return ours
})

function perform(call: AdminCall): Promise<unknown> {
  return call.method === 'committed'
    ? admin.committed(...call.args)
    : admin.createTopic(...call.args)
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
    void broker.then(({ accept }) => accept(stream))
  })
  thread.on('error', (error) => (failure = String(error)))
  thread.on('exit', () => {
    workers.delete(id)
    send({ type: 'worker-ended', worker: id, error: failure })
  })
}

process.on('message', (command: HostCommand) => {
  if (command.type === 'start') return startWorker(command.worker)
  if (command.type === 'admin') return void sendResult(command.id, perform(command.call), send)
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
