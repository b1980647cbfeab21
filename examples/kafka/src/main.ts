import { connect } from './bus.ts'
import { runDemo } from './demo.ts'
import { startBroker } from './dev-broker/server.ts'
import { explain } from './errors.ts'
import { readBrokers, readNumber, readSettings } from './settings.ts'
import { serveStatus } from './status.ts'
import { createTimeline } from './timeline.ts'
import { createTopics } from './topics.ts'

/** What was opened, and has to be closed in the reverse order. */
const opened: { close(): Promise<void> }[] = []
let ending = false

async function start({ HOST = '127.0.0.1', ...env }: NodeJS.ProcessEnv) {
  const port = readNumber(env, 'PORT', 3000, [0, 65535])
  const given = readBrokers(env)
  const standIn = given ? undefined : await startBroker({ port: 0 })
  if (standIn) opened.push(standIn)
  const brokers = given ?? [`127.0.0.1:${standIn!.port}`]
  const about = standIn
    ? 'On the dev broker: a stand-in for Kafka, for development only, all in memory.'
    : `On the cluster at ${brokers.join(', ')}.`
  console.log(about)

  const settings = readSettings(env, brokers)
  const timeline = createTimeline(console.log)
  const status = await serveStatus({ host: HOST, port }, about, timeline)
  opened.push(status)
  try {
    await createTopics(settings, ['orders', 'orders.dlq'])
    const bus = await connect(settings)
    opened.push(bus)
    const { ended } = await runDemo(bus, timeline)
    status.complete()
    console.log(`\nListening on ${status.url}`)
    await ended
  } catch (error) {
    throw explain(error, settings, 'orders')
  }
}

// #region shutdown
async function end(code: number) {
  ending = true
  // A handler has its own 5 s: what is left of it then is delivered again.
  setTimeout(() => process.exit(code), 4500)
  for (const { close } of opened.reverse()) await close()
  process.exit(code)
}
process.once('SIGTERM', () => end(0))
process.once('SIGINT', () => end(0))
// #endregion

start(process.env).catch((error: Error) => {
  if (ending) return
  console.error(error.message)
  return end(1)
})
