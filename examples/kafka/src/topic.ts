import { readBrokers, readSettings } from './settings.ts'
import { createTopics } from './topics.ts'

const topics = process.argv.slice(2)
try {
  if (topics.length === 0) {
    throw new Error('No topic is named. Use: npm run topic -- NAME')
  }
  const brokers = readBrokers(process.env) ?? ['127.0.0.1:9092']
  await createTopics(readSettings(process.env, brokers), topics)
  console.log(`Created or found: ${topics.join(', ')}`)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
