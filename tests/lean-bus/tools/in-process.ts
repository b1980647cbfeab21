import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import {
  openBroker,
  type Broker,
  type BrokerOptions,
} from '../../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../../examples/lean-bus/src/client/topics.ts'
import type { Folder } from '../../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../../examples/lean-bus/src/log/memory-files.ts'
import { createPeer, hello } from './peer.ts'

/** Connects to a broker in this process. Returns both ends of the connection. */
export function openPair(broker: Broker) {
  const [clientEnd, brokerEnd] = duplexPair()
  broker.accept(brokerEnd)
  return { clientEnd, brokerEnd }
}

/** Opens a broker in this process, with the topic `orders`. */
export async function openInProcess(options: BrokerOptions = {}, folder: Folder = memoryFolder()) {
  const broker = await openBroker(folder, options)
  let closed: Promise<void> | undefined
  const close = () => (closed ??= broker.close())
  onTestFinished(close)
  const open = async () => openPair(broker).clientEnd
  await createTopics(open, ['orders'])
  return { broker, close, open, connect: () => connectPeer(broker) }
}

export type InProcessPeer = ReturnType<typeof connectPeer>

/** Connects a peer that sends HELLO. */
export function connectPeer(broker: Broker) {
  const { clientEnd, brokerEnd } = openPair(broker)
  onTestFinished(() => void brokerEnd.destroy())
  const peer = createPeer(clientEnd)
  let written = 0
  const write = (bytes: Uint8Array) => {
    written += bytes.length
    peer.write(bytes)
  }
  write(hello)
  return {
    ...peer,
    write,
    brokerEnd,
    /** Bytes that the broker has taken: what was written and no longer waits. */
    taken: () => written - clientEnd.writableLength - brokerEnd.readableLength,
  }
}

/** Resolves when a number has not changed for 100 turns of the event loop. */
export async function waitUntilStable(number: () => number): Promise<void> {
  let before = number()
  for (let same = 0; same < 100; same++) {
    await turn()
    if (number() !== before) same = 0
    before = number()
  }
}
