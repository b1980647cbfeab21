import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'

/** Stands in for two services on the network, each 20 ms away. */
const ask = (service: string) => sleep(20, service === 'price' ? 4200 : 490)

const { HOST: host = '127.0.0.1', PORT = '3000' } = process.env
const app = await createApp(ask)
const address = await app.listen({ host, port: Number(PORT) }).catch((err) => {
  console.error(`Cannot start on HOST=${host} PORT=${PORT}: ${err}`)
  process.exit(1)
})
console.log(`Listening on ${address}`)

// #region shutdown
process.once('SIGTERM', () => {
  app.close()
  setTimeout(() => app.server.closeAllConnections(), 3000).unref()
})
// #endregion
