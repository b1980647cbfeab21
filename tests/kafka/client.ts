import { fileURLToPath } from 'node:url'
import type { Bus } from '../../contracts/bus/port.ts'

/** The folder of the Kafka example. */
export const directory = fileURLToPath(new URL('../../examples/kafka/', import.meta.url))

interface ClusterSettings {
  readonly brokers: readonly string[]
  readonly sessionTimeoutMs?: number
}

// Imported by URL, because the example has its own, less strict tsconfig.json.
const source = new URL('../../examples/kafka/src/', import.meta.url).href
export const { connect } = (await import(`${source}bus.ts`)) as {
  connect(settings: ClusterSettings): Promise<Bus>
}
export const { createTopics } = (await import(`${source}topics.ts`)) as {
  createTopics(settings: ClusterSettings, topics: readonly string[]): Promise<void>
}
