import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/**
 * A stream of bytes over a port. Each piece is sent when the one before has been taken, so that whoever does not read holds
 * the other end back, as with a socket. The stream is over when either end is, also by the end of its thread.
 */
export function streamOver(port: MessagePort): Duplex {
  let taken: (() => void) | undefined
  let owesAnswer = false
  const answer = () => port.postMessage(undefined)

  const stream = new Duplex({
    allowHalfOpen: false,
    read() {
      if (owesAnswer) answer()
      owesAnswer = false
    },
    writev(pieces, callback) {
      taken = callback
      // Not of a pool, which would be sent whole.
      const bytes = new Uint8Array(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)))
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
    else if (stream.push(bytes)) answer()
    else owesAnswer = true
  })
  port.on('close', () => stream.destroy())
  return stream
}
