import { startDevBroker } from './server.ts'

const text = process.env.BROKER_PORT || '9092'
const port = Number(text)
if (!/^\d+$/.test(text) || port > 65_535) {
  console.error(
    `BROKER_PORT=${text} is invalid. Set it to a number from 0 to 65535.`,
  )
  process.exit(1)
}
const broker = await startDevBroker({ port }).catch((error: unknown) => {
  console.error(
    `Cannot listen on BROKER_PORT=${port}: ${error}. Set another BROKER_PORT.`,
  )
  process.exit(1)
})
process.once('SIGTERM', broker.close)
process.once('SIGINT', broker.close)

console.log(
  'This is the dev broker, an in-memory stand-in for Kafka, for development only.',
)
console.log(`KAFKA_BROKERS=127.0.0.1:${broker.port}`)
