import { duplexPair } from 'node:stream'
import { openBrokerFromSettings } from './broker/start.ts'
import { connect, type Open } from './bus.ts'
import { runDemo } from './service/demo.ts'
import { readBrokerSettings, readNumber, readSettings } from './settings.ts'
import { serveStatus } from './service/status.ts'
import { createTimeline } from './service/timeline.ts'
import { createTopics } from './client/topics.ts'

/** What was opened, and has to be closed in the reverse order. */
const opened: { close(): Promise<void> }[] = []
let ending = false

async function start({ HOST = '127.0.0.1', ...env }: NodeJS.ProcessEnv) {
  const port = readNumber(env, 'PORT', 3000, [0, 65535])
  const remote = readSettings(env)
  const { address, about } = remote
    ? { address: remote, about: `On the broker at ${env.BUS}.` }
    : await startOwn(env)
  console.log(about)

  const timeline = createTimeline(console.log)
  const status = await serveStatus({ host: HOST, port }, about, timeline)
  opened.push(status)
  await createTopics(address, ['orders', 'orders.dlq'])
  const bus = await connect(address)
  opened.push(bus)
  const { ended } = await runDemo(bus, timeline)
  status.complete()
  console.log(`\nListening on ${status.url}`)
  await ended
}

/** A broker in this process: its peers are the other ends of duplex pairs. */
async function startOwn(env: NodeJS.ProcessEnv) {
  const settings = readBrokerSettings(env)
  const broker = await openBrokerFromSettings(settings)
  opened.push(broker)
  broker.failed.catch(fail)
  const address: Open = async () => {
    const [ours, theirs] = duplexPair()
    broker.accept(theirs)
    return ours
  }
  const about =
    settings.dataDir === ':memory:'
      ? 'On a broker in this process, all in memory: nothing here is durable.'
      : `On a broker in this process, whose logs are in ${settings.dataDir}.`
  return { address, about }
}

function fail({ message }: Error) {
  if (ending) return
  console.error(message)
  return end(1)
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

start(process.env).catch(fail)
