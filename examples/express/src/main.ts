import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIPv6, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'

// Stand-ins for two services on the network, each 20 ms away.
const fetchPrice = () => sleep(20, 4200)
const fetchShipping = () => sleep(20, 490)

// A variable that is empty counts as not set.
const host = process.env.HOST || '127.0.0.1'
const port = process.env.PORT || '3000'
const level = process.env.LOG_LEVEL || 'info'

const levels = 'trace, debug, info, warn, error, fatal, silent'
if (!levels.split(', ').includes(level)) {
  exit(`LOG_LEVEL=${level} is unknown. Use one of: ${levels}.`)
}
if (!/^\d+$/.test(port)) {
  exit(`PORT=${port} is invalid. Set it to a number from 0 to 65535.`)
}

const server = createServer(createApp({ fetchPrice, fetchShipping }, { level }))
try {
  await once(server.listen(Number(port), host), 'listening')
} catch (error) {
  exit(`Cannot listen on HOST=${host} PORT=${port}: ${error}`)
}
const address = server.address() as AddressInfo
const urlHost = isIPv6(host) ? `[${host}]` : host
console.log(`Listening on http://${urlHost}:${address.port}`)

// #region shutdown
process.once('SIGTERM', () => {
  server.close()
  setTimeout(() => server.closeAllConnections(), 3000).unref()
})
// #endregion

function exit(message: string): never {
  console.error(message)
  process.exit(1)
}
