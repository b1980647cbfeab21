import { startDevBroker } from '../dev-broker/server.ts'
import { connect } from './bus.ts'
import { explainError } from './errors.ts'
import { runDemo } from './service/demo.ts'
import { serveStatus } from './service/status.ts'
import { createTimeline } from './service/timeline.ts'
import { readBrokers, readNumber, readSettings } from './settings.ts'
import { createTopics } from './topics.ts'

/** Closed in reverse order at shutdown. */
const resources: { close(): Promise<void> }[] = []
let isShuttingDown = false

async function start(env: NodeJS.ProcessEnv) {
  // A variable that is empty counts as not set.
  const host = env.HOST || '127.0.0.1'
  const port = readNumber(env, 'PORT', 3000, [0, 65535])
  const brokers = readBrokers(env) ?? (await startOwnBroker())
  const description = env.KAFKA_BROKERS
    ? `Using the cluster at ${brokers.join(', ')}.`
    : 'Using the dev broker, an in-memory stand-in for Kafka, for development only.'
  console.log(description)

  const settings = readSettings(env, brokers)
  const timeline = createTimeline(console.log)
  const status = await serveStatus({ host, port }, description, timeline)
  resources.push(status)
  try {
    await createTopics(settings, ['orders', 'orders.dlq'])
    const bus = await connect(settings)
    resources.push(bus)
    const { ended } = await runDemo(bus, timeline)
    status.complete()
    console.log(`\nListening on ${status.url}`)
    await ended
  } catch (error) {
    throw explainError(error, settings, 'orders')
  }
}

async function startOwnBroker() {
  const broker = await startDevBroker({ port: 0 })
  resources.push(broker)
  return [`127.0.0.1:${broker.port}`]
}

// #region shutdown
async function shutDown(exitCode: number) {
  isShuttingDown = true
  // Exits before the handlers' 5 s are over. What they have not committed by
  // then is delivered again.
  setTimeout(() => process.exit(exitCode), 4500)
  for (const { close } of resources.reverse()) await close()
  process.exit(exitCode)
}
process.once('SIGTERM', () => shutDown(0))
process.once('SIGINT', () => shutDown(0))
// #endregion

start(process.env).catch((error: Error) => {
  if (isShuttingDown) return
  console.error(error.message)
  return shutDown(1)
})
