import { duplexPair } from 'node:stream'
import { openBrokerFromSettings } from './broker/start.ts'
import { connect, type Open } from './bus.ts'
import { createTopics } from './client/topics.ts'
import { runDemo } from './service/demo.ts'
import { serveStatus } from './service/status.ts'
import { createTimeline } from './service/timeline.ts'
import { readBrokerSettings, readNumber, readSettings } from './settings.ts'

/** Closed in reverse order at shutdown. */
const resources: { close(): Promise<void> }[] = []
let isShuttingDown = false

async function start(env: NodeJS.ProcessEnv) {
  // A variable that is empty counts as not set.
  const host = env.HOST || '127.0.0.1'
  const port = readNumber(env, 'PORT', 3000, [0, 65535])
  const remote = readSettings(env)
  const { address, description } = remote
    ? { address: remote, description: `Using the broker at ${env.BUS}.` }
    : await startOwnBroker(env)
  console.log(description)

  const timeline = createTimeline(console.log)
  const status = await serveStatus({ host, port }, description, timeline)
  resources.push(status)
  await createTopics(address, ['orders', 'orders.dlq'])
  const bus = await connect(address)
  resources.push(bus)
  const { ended } = await runDemo(bus, timeline)
  status.complete()
  console.log(`\nListening on ${status.url}`)
  await ended
}

/** Starts a broker in this process. Clients reach it through duplex pairs. */
async function startOwnBroker(env: NodeJS.ProcessEnv) {
  const settings = readBrokerSettings(env)
  const broker = await openBrokerFromSettings(settings)
  resources.push(broker)
  broker.failed.catch(fail)
  const address: Open = async () => {
    const [ours, theirs] = duplexPair()
    broker.accept(theirs)
    return ours
  }
  const description =
    settings.dataDir === ':memory:'
      ? 'Using a broker in this process, all in memory: nothing is durable.'
      : `Using a broker in this process with its logs in ${settings.dataDir}.`
  return { address, description }
}

function fail({ message }: Error) {
  if (isShuttingDown) return
  console.error(message)
  return shutDown(1)
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

start(process.env).catch(fail)
