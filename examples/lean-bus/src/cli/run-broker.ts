/** `npm run broker`: the broker alone, over TCP, until SIGTERM. */
import { parseArgs } from 'node:util'
import { listen, openBrokerFromSettings } from '../broker/start.ts'
import { defaultPort, readBrokerSettings, readNumber } from '../settings.ts'

try {
  const { values } = parseArgs({
    options: { 'unsafe-bind': { type: 'string' } },
  })
  const host = values['unsafe-bind'] ?? '127.0.0.1'
  const port = readNumber(process.env, 'BROKER_PORT', defaultPort, [0, 65535])
  const settings = readBrokerSettings(process.env)
  const broker = await openBrokerFromSettings(settings)
  const server = await listen(broker, host, port)
  if (values['unsafe-bind']) {
    console.error(
      `Whoever reaches ${host}:${server.port} can read and write everything: there is no login and no TLS.`,
    )
  }
  console.error(
    settings.dataDir === ':memory:'
      ? 'All in memory: nothing outlives this process.'
      : `The logs are in ${settings.dataDir}.`,
  )
  console.log(`BUS=${host}:${server.port}`)

  let ended: Promise<void> | undefined
  // A second signal does not break off what the first has begun.
  const end = () =>
    void (ended ??= server.close().then(() => process.exit(0), die))
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  await broker.failed
} catch (error) {
  die(error as Error)
}

/** Also after a failed write: a restart finds out what is on the disk. */
function die({ message }: Error) {
  console.error(message)
  process.exit(1)
}
