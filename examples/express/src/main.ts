import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'

// Stand-ins for two services on the network, each 20 ms away.
const fetchPrice = () => sleep(20, 4200)
const fetchShipping = () => sleep(20, 490)

const { HOST = '127.0.0.1', PORT = '3000', LOG_LEVEL } = process.env
const level = LOG_LEVEL || 'info'
const levels = 'trace, debug, info, warn, error, fatal, silent'
if (!levels.split(', ').includes(level)) {
  console.error(`LOG_LEVEL=${level} is unknown. Use one of: ${levels}.`)
  process.exit(1)
}

const server = createServer(createApp({ fetchPrice, fetchShipping }, { level }))
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
