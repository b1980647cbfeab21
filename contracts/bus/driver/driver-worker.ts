/**
 * Runs the buses of an example in a worker of its own, which can be terminated and frozen. Started by the host, which also
 * has the broker: each connection to it is a port.
 */
import { MessageChannel, parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { driveBuses } from './driving.ts'
import type { WorkerData, WorkerMessage, WorkerOrder } from './host-messages.ts'
import { loadExample } from './modules.ts'
import { streamOver } from './port-stream.ts'

const { folder, frozen } = workerData as WorkerData
const say = (message: WorkerMessage, ...transfer: MessagePort[]) =>
  parentPort?.postMessage(message, transfer)

const example = loadExample(folder)
const follow = driveBuses({
  example,
  async connect() {
    const { connect } = await example
    return connect(async () => {
      const { port1, port2 } = new MessageChannel()
      say({ type: 'connection', port: port2 }, port2)
      return streamOver(port1)
    })
  },
  say,
})
parentPort?.on('message', (order: WorkerOrder) => {
  // Nothing in this thread runs until the host lets it: no timer, no handler, no message.
  if (order.type === 'freeze') Atomics.wait(frozen, 0, 1)
  else follow(order)
})
