import { duplexPair, type Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Folder } from '../../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../../examples/lean-bus/src/log/memory-files.ts'
import { openBroker, type BrokerOptions } from '../../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../../examples/lean-bus/src/client/topics.ts'
import { createPeer, hello, type Peer } from './peer.ts'

/** A peer in the broker's own process. */
export interface NearPeer extends Peer {
  /** The broker's end of the stream. */
  readonly theirs: Duplex
  /** How many bytes the broker has taken: what was written and waits no longer. */
  taken(): number
}

/** A broker in this process, with the topic `orders`. */
export async function openNear(options: BrokerOptions = {}, folder: Folder = memoryFolder()) {
  const broker = await openBroker(folder, options)
  let closed: Promise<void> | undefined
  const close = () => (closed ??= broker.close())
  onTestFinished(close)
  const open = async () => {
    const [ours, theirs] = duplexPair()
    broker.accept(theirs)
    return ours
  }
  await createTopics(open, ['orders'])
  return {
    close,
    open,
    /** A peer that has greeted, unless it is told to be silent. */
    peer({ isSilent = false } = {}): NearPeer {
      const [ours, theirs] = duplexPair()
      broker.accept(theirs)
      onTestFinished(() => void theirs.destroy())
      const peer = createPeer(ours)
      let written = 0
      const write = (bytes: Uint8Array) => {
        written += bytes.length
        peer.write(bytes)
      }
      if (!isSilent) write(hello)
      const taken = () => written - ours.writableLength - theirs.readableLength
      return { ...peer, write, theirs, taken }
    },
  }
}

/** Resolves when a number has not changed for 100 turns of the event loop. */
export async function settled(number: () => number): Promise<void> {
  let before = number()
  for (let same = 0; same < 100; same++) {
    await turn()
    if (number() !== before) same = 0
    before = number()
  }
}
