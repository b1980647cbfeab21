import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { settingsOf } from '../../servers/kafka/settings.ts'

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

/** What runs here, by the names that the image takes: `KAFKA_NODE_ID` is node.id. */
const ours = Object.fromEntries(
  settingsOf(node, [node], undefined)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', value = ''] = line.split(/=(.*)/s)
      return [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]
    }),
)

/** What differs, each with its reason. */
const different: Readonly<Record<string, string>> = {
  // In a container it listens on all addresses: Docker passes on the port of 127.0.0.1 alone.
  KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  // Has no listener for logins.
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
}

/** What has its reason only here: short leases, KIP-848, a small heap, and where the data are. */
const onlyHere =
  /^KAFKA_(LOG_DIRS|LOG_CLEANER_|GROUP_CONSUMER_|GROUP_MIN_SESSION_|BROKER_|(TRANSACTION|SHARE)_\w+_NUM_PARTITIONS)/

test('compose.yaml starts the version that runs here', () => {
  expect(kafka.image).toBe(`apache/kafka:${kafkaVersion}`)
})

test('compose.yaml sets what is set here, and nothing else', () => {
  const expected = Object.entries({ ...ours, ...different }).filter(
    ([name]) => !onlyHere.test(name),
  )
  const actual = Object.entries(kafka.environment).map(([name, value]) => [name, String(value)])
  expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected))
})
