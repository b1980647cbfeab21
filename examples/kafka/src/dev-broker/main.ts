import { startBroker } from './server.ts'

const port = Number(process.env.BROKER_PORT ?? 9092)
const broker = await startBroker({ port }).catch((error: unknown) => {
  console.error(`Cannot listen on BROKER_PORT=${port}: ${error}`)
  process.exit(1)
})
console.log(
  'Dev broker: a stand-in for Kafka, for development only, all in memory.',
)
console.log(`KAFKA_BROKERS=127.0.0.1:${broker.port}`)

process.once('SIGTERM', broker.close)
process.once('SIGINT', broker.close)
