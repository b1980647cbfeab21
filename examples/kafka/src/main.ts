import { connect } from './bus.ts'
import { runDemo } from './demo.ts'
import { startBroker } from './dev-broker/server.ts'
import { readBrokers, readSettings } from './settings.ts'
import { serveStatus } from './status.ts'
import { createTimeline } from './timeline.ts'
import { createTopics } from './topics.ts'

const { HOST = '127.0.0.1', PORT = '3000' } = process.env

async function start() {
  const given = readBrokers(process.env)
  const standIn = given ? undefined : await startBroker({ port: 0 })
  const brokers = given ?? [`127.0.0.1:${standIn!.port}`]
  const about = standIn
    ? 'On the dev broker: a stand-in for Kafka, for development only, all in memory.'
    : `On the cluster at ${brokers.join(', ')}.`
  console.log(about)

  const settings = readSettings(process.env, brokers)
  await createTopics(settings, ['orders', 'orders.dlq'])
  const bus = await connect(settings)
  const timeline = createTimeline(console.log)
  await runDemo(bus, timeline)

  const at = { host: HOST, port: Number(PORT) }
  const { server, url } = await serveStatus(at, about, timeline)
  console.log(`Listening on ${url}`)

  // #region shutdown
  const stop = async () => {
    // A handler has its own 5 s: what is left of it then is delivered again.
    setTimeout(() => process.exit(0), 4500).unref()
    server.close()
    server.closeAllConnections()
    await bus.close()
    await standIn?.close()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // #endregion
}

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
