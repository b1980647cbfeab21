/** `npm run broker`: runs the broker over TCP until SIGTERM or SIGINT. */
import { isIPv6 } from 'node:net'
import { parseArgs } from 'node:util'
import { listen, openBrokerFromSettings } from '../broker/start.ts'
import { defaultPort, readBrokerSettings, readNumber } from '../settings.ts'

try {
  const { values } = parseArgs({
    options: { 'unsafe-bind': { type: 'string' } },
  })
  // An empty host would open the broker to everyone.
  const host = values['unsafe-bind'] || '127.0.0.1'
  const port = readNumber(process.env, 'BROKER_PORT', defaultPort, [0, 65535])
  const settings = readBrokerSettings(process.env)
  const broker = await openBrokerFromSettings(settings)
  const server = await listen(broker, host, port)
  const address = `${isIPv6(host) ? `[${host}]` : host}:${server.port}`
  if (values['unsafe-bind']) {
    console.error(
      `Warning: anyone who reaches ${address} can read and write everything. There is no login and no TLS.`,
    )
  }
  console.error(
    settings.dataDir === ':memory:'
      ? 'All data is in memory and is lost at shutdown.'
      : `The logs are in ${settings.dataDir}.`,
  )
  let closing: Promise<void> | undefined
  // A second signal doesn't interrupt the shutdown.
  const shutDown = () =>
    void (closing ??= server.close().then(() => process.exit(0), fail))
  process.on('SIGTERM', shutDown)
  process.on('SIGINT', shutDown)
  console.log(`BUS=${address}`)
  await broker.failed
} catch (error) {
  fail(error as Error)
}

/** Also after a failed write: the next start checks what is on the disk. */
function fail({ message }: Error) {
  console.error(message)
  process.exit(1)
}
