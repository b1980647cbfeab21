/** The receiver of the loopback measurement: counts the bytes that arrive over TCP. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { answer } from './process.ts'

let received = 0
let before = { at: 0, received: 0 }
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => (received += chunk.length))
})
await once(server.listen(0, '127.0.0.1'), 'listening')

answer({
  port: () => (server.address() as AddressInfo).port,
  begin: () => (before = { at: performance.now(), received }),
  end: () => (1000 * (received - before.received)) / (performance.now() - before.at),
})
