import { startDevBroker } from './server.ts'

const given = process.env.BROKER_PORT ?? '9092'
const port = Number(given)
if (!/^\d+$/.test(given) || port > 65_535) {
  console.error(`BROKER_PORT must be 0 to 65535, not "${given}"`)
  process.exit(1)
}
const broker = await startDevBroker({ port }).catch((error: unknown) => {
  console.error(`Cannot listen on BROKER_PORT=${port}: ${error}`)
  process.exit(1)
})
process.once('SIGTERM', broker.close)
process.once('SIGINT', broker.close)

console.log(
  'Dev broker: a stand-in for Kafka, for development only, all in memory.',
)
console.log(`KAFKA_BROKERS=127.0.0.1:${broker.port}`)
