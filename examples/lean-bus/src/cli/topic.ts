import { createTopics } from '../client/topics.ts'
import { defaultPort, readSettings } from '../settings.ts'

const topics = process.argv.slice(2)
try {
  if (topics.length === 0) {
    throw new Error('No topic is named. Use: npm run topic -- NAME')
  }
  const localBroker = { host: '127.0.0.1', port: defaultPort }
  await createTopics(readSettings(process.env) ?? localBroker, topics)
  console.log(`Created or found: ${topics.join(', ')}`)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
