import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'

/** Stands in for two services on the network, each 20 ms away. */
const ask = (service: string) => sleep(20, service === 'price' ? 4200 : 490)

const { HOST = '127.0.0.1', PORT = '3000' } = process.env
const server = createServer(createApp(ask))
try {
  await once(server.listen(Number(PORT), HOST), 'listening')
} catch (error) {
  console.error(`Cannot listen on HOST=${HOST} PORT=${PORT}: ${error}`)
  process.exit(1)
}
const { port } = server.address() as AddressInfo
console.log(`Listening on http://${HOST}:${port}`)

// #region shutdown
process.once('SIGTERM', () => {
  server.close()
  setTimeout(() => server.closeAllConnections(), 3000).unref()
})
// #endregion
