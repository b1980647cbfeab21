import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/**
 * Creates a stream of bytes over a message port. Each chunk waits until the reader has taken the one before, so a slow reader
 * slows the writer down, as a socket does. When one end closes or its thread ends, the other end is destroyed.
 */
export function createMessagePortStream(port: MessagePort): Duplex {
  let taken: (() => void) | undefined
  let isAcknowledgmentDue = false
  const acknowledge = () => port.postMessage(undefined)

  const stream = new Duplex({
    allowHalfOpen: false,
    read() {
      if (isAcknowledgmentDue) acknowledge()
      isAcknowledgmentDue = false
    },
    writev(chunks, callback) {
      taken = callback
      // A buffer from the pool would transfer the whole pool.
      const bytes = new Uint8Array(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)))
      port.postMessage(bytes, [bytes.buffer])
    },
    final(callback) {
      port.close()
      callback()
    },
    destroy(error, callback) {
      port.close()
      callback(error)
    },
  })
  port.on('message', (bytes: Uint8Array | undefined) => {
    if (!bytes) taken?.()
    else if (stream.push(bytes)) acknowledge()
    else isAcknowledgmentDue = true
  })
  port.on('close', () => stream.destroy())
  return stream
}
