/**
 * Runs the buses of an example in a worker, which can be terminated and frozen. `host-program.ts` starts it. Each connection to
 * the host's broker is a message port.
 */
import { MessageChannel, parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { serveBuses } from './bus-server.ts'
import { loadExampleModules } from './example-modules.ts'
import type { WorkerCommand, WorkerData, WorkerMessage } from './host-messages.ts'
import { createMessagePortStream } from './message-port-stream.ts'

const { folder, frozen } = workerData as WorkerData
const send = (message: WorkerMessage, ...transfer: MessagePort[]) =>
  parentPort?.postMessage(message, transfer)

const example = loadExampleModules(folder)
const perform = serveBuses({
  example,
  async connect() {
    const { connect } = await example
    return connect(async () => {
      const { port1, port2 } = new MessageChannel()
      send({ type: 'connection', port: port2 }, port2)
      return createMessagePortStream(port1)
    })
  },
  send,
})
parentPort?.on('message', (command: WorkerCommand) => {
  // Blocks the whole thread until the host wakes it: no timer, handler or message runs.
  if (command.type === 'freeze') Atomics.wait(frozen, 0, 1)
  else perform(command)
})
