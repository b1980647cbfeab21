import { once } from 'node:events'
import { connect } from 'node:net'

/** Response timeout, in ms. */
const responseTimeout = 2000

/**
 * A Metadata request, version 4 (https://kafka.apache.org/protocol): API key 3, version, correlation ID, a client ID of
 * length -1, no topics, no topics to create.
 */
const request = Buffer.from(
  '0000000f' + '0003' + '0004' + '00000000' + 'ffff' + '00000000' + '00',
  'hex',
)

/**
 * Returns the IDs of the brokers that a broker reports as alive, in ascending order.
 *
 * @throws Error of the socket, also when the broker is silent for two seconds
 */
export async function brokerIds(port: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(responseTimeout, () => socket.destroy(new Error('no response')))
  try {
    await once(socket, 'connect')
    socket.write(request)
    let response = Buffer.alloc(0)
    for await (const bytes of socket) {
      response = Buffer.concat([response, bytes])
      if (response.length >= 4 && response.length >= 4 + response.readInt32BE(0)) {
        return readIds(response)
      }
    }
    throw new Error('the connection was closed')
  } finally {
    socket.destroy()
  }
}

/** Reads a frame: length, correlation ID, throttle time, then an array of ID, host, port and rack. */
function readIds(frame: Buffer): number[] {
  const count = frame.readInt32BE(12)
  const ids: number[] = []
  let position = 16
  for (let index = 0; index < count; index++) {
    ids.push(frame.readInt32BE(position))
    position = skipString(frame, position + 4) + 4
    position = skipString(frame, position)
  }
  return ids.sort((a, b) => a - b)
}

/** Returns the position after a string. The length of a null string is -1. */
function skipString(frame: Buffer, position: number): number {
  return position + 2 + Math.max(0, frame.readInt16BE(position))
}
