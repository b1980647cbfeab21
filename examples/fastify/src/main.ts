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

const app = await createApp({ fetchPrice, fetchShipping }, { level })
// Keeps the address out of the log, so that it is printed once.
const listenTextResolver = () => 'server is listening'
const options = { host, port: Number(port), listenTextResolver }
const address = await app.listen(options).catch((error) => {
  exit(`Cannot listen on HOST=${host} PORT=${port}: ${error}`)
})
console.log(`Listening on ${address}`)

// #region shutdown
process.once('SIGTERM', () => {
  app.close()
  setTimeout(() => app.server.closeAllConnections(), 3000).unref()
})
// #endregion

function exit(message: string): never {
  console.error(message)
  process.exit(1)
}
