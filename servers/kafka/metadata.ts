import { once } from 'node:events'
import { connect } from 'node:net'

/** How long a broker may take to answer, in milliseconds. */
const answerLimit = 2000

/**
 * Metadata, version 4 (https://kafka.apache.org/protocol): API key 3, version, correlation id, a client id of length -1,
 * no topics, and none to be created.
 */
const request = Buffer.from(
  '0000000f' + '0003' + '0004' + '00000000' + 'ffff' + '00000000' + '00',
  'hex',
)

/**
 * The ids of the brokers that a broker believes to be alive, as it tells every client, in ascending order.
 * @throws an error of the socket, also when the broker is silent for two seconds
 */
export async function brokerIds(port: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(answerLimit, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
    socket.write(request)
    let answer = Buffer.alloc(0)
    for await (const bytes of socket) {
      answer = Buffer.concat([answer, bytes])
      if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) return idsOf(answer)
    }
    throw new Error('the connection was closed')
  } finally {
    socket.destroy()
  }
}

/** Of a frame that holds length, correlation id and throttle time, then an array of id, host, port and rack. */
function idsOf(frame: Buffer): number[] {
  const count = frame.readInt32BE(12)
  const ids: number[] = []
  let position = 16
  for (let index = 0; index < count; index++) {
    ids.push(frame.readInt32BE(position))
    position = afterString(frame, position + 4) + 4
    position = afterString(frame, position)
  }
  return ids.sort((a, b) => a - b)
}

/** Where a string ends that begins here. Its length is -1 when there is none. */
function afterString(frame: Buffer, position: number): number {
  return position + 2 + Math.max(0, frame.readInt16BE(position))
}
