import { duplexPair, type Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { openBroker, type BrokerOptions } from '../../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../../examples/lean-bus/src/client/topics.ts'
import type { Folder } from '../../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../../examples/lean-bus/src/log/memory-files.ts'
import { createPeer, hello, type Peer } from './peer.ts'

/** A peer in the process of the broker. */
export interface InProcessPeer extends Peer {
  /** The broker's end of the stream. */
  readonly brokerEnd: Duplex
  /** Bytes that the broker has taken: what was written and no longer waits. */
  taken(): number
}

/** Opens a broker in this process, with the topic `orders`. */
export async function openInProcess(options: BrokerOptions = {}, folder: Folder = memoryFolder()) {
  const broker = await openBroker(folder, options)
  let closed: Promise<void> | undefined
  const close = () => (closed ??= broker.close())
  onTestFinished(close)
  const open = async () => {
    const [clientEnd, brokerEnd] = duplexPair()
    broker.accept(brokerEnd)
    return clientEnd
  }
  await createTopics(open, ['orders'])
  return {
    close,
    open,
    /** Connects a peer that sends HELLO, unless it is silent. */
    connect({ isSilent = false } = {}): InProcessPeer {
      const [clientEnd, brokerEnd] = duplexPair()
      broker.accept(brokerEnd)
      onTestFinished(() => void brokerEnd.destroy())
      const peer = createPeer(clientEnd)
      let written = 0
      const write = (bytes: Uint8Array) => {
        written += bytes.length
        peer.write(bytes)
      }
      if (!isSilent) write(hello)
      const taken = () => written - clientEnd.writableLength - brokerEnd.readableLength
      return { ...peer, write, brokerEnd, taken }
    },
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
