import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'

// Stand-ins for two services on the network, each 20 ms away.
const fetchPrice = () => sleep(20, 4200)
const fetchShipping = () => sleep(20, 490)

const { HOST: host = '127.0.0.1', PORT = '3000', LOG_LEVEL } = process.env
const level = LOG_LEVEL || 'info'
const levels = 'trace, debug, info, warn, error, fatal, silent'
if (!levels.split(', ').includes(level)) {
  console.error(`LOG_LEVEL=${level} is unknown. Use one of: ${levels}.`)
  process.exit(1)
}

const app = await createApp({ fetchPrice, fetchShipping }, { level })
// Keeps the address out of the log, so that it is printed once.
const listenTextResolver = () => 'server is listening'
const options = { host, port: Number(PORT), listenTextResolver }
const address = await app.listen(options).catch((error) => {
  console.error(`Cannot listen on HOST=${host} PORT=${PORT}: ${error}`)
  process.exit(1)
})
console.log(`Listening on ${address}`)

// #region shutdown
process.once('SIGTERM', () => {
  app.close()
  setTimeout(() => app.server.closeAllConnections(), 3000).unref()
})
// #endregion
