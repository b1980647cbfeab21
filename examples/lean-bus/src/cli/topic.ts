import { defaultPort, readSettings } from '../settings.ts'
import { createTopics } from '../client/topics.ts'

const topics = process.argv.slice(2)
try {
  if (topics.length === 0) throw new Error('Give a name: npm run topic -- NAME')
  const nearby = { host: '127.0.0.1', port: defaultPort }
  await createTopics(readSettings(process.env) ?? nearby, topics)
  console.log(`Made, or found: ${topics.join(', ')}`)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
