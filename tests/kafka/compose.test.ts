import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { renderSettings } from '../../servers/kafka/settings.ts'

interface Compose {
  readonly services: {
    readonly kafka: {
      readonly image: string
      readonly environment: Readonly<Record<string, string | number>>
    }
  }
}

const file = new URL('../../examples/kafka/compose.yaml', import.meta.url)
const { kafka } = (parse(readFileSync(file, 'utf8')) as Compose).services

const node = { id: 1, port: 9092, controllerPort: 9093, saslPort: undefined, data: '' }

/** Our settings under the names of the image: `KAFKA_NODE_ID` is node.id. */
const ours = Object.fromEntries(
  renderSettings(node, [node], undefined)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', value = ''] = line.split(/=(.*)/s)
      return [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]
    }),
)

/** Settings that differ on purpose, with the reasons. */
const different: Readonly<Record<string, string>> = {
  // In a container the broker listens on all addresses. Docker publishes the port on 127.0.0.1 only.
  KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  // The container has no listener for logins.
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
}

/** Settings for tests only: short session timeouts, KIP-848, a small heap, the data folder. */
const onlyHere =
  /^KAFKA_(LOG_DIRS|LOG_CLEANER_|GROUP_CONSUMER_|GROUP_MIN_SESSION_|BROKER_|(TRANSACTION|SHARE)_\w+_NUM_PARTITIONS)/

test('compose.yaml starts the Kafka version that the tests run', () => {
  expect(kafka.image).toBe(`apache/kafka:${kafkaVersion}`)
})

test('compose.yaml has the same settings as the Kafka that the tests run', () => {
  const expected = Object.entries({ ...ours, ...different }).filter(
    ([name]) => !onlyHere.test(name),
  )
  const actual = Object.entries(kafka.environment).map(([name, value]) => [name, String(value)])
  expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected))
})
