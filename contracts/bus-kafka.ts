import { randomUUID } from 'node:crypto'
import { Admin, findErrorBy } from '@platformatic/kafka'
import { steered } from './bus/steer.ts'
import type { BusTarget, Member } from './bus/target.ts'
import { startDriver, type Driver, type DriverOptions } from './bus-process/remote.ts'

/** The least session timeout that brokers accept by default (`group.min.session.timeout.ms`), in milliseconds. */
const leastLease = 6000

/** What a bus on Kafka, or on what speaks its protocol, is checked by. Disposing of it ends all processes. */
export interface KafkaTarget extends BusTarget, AsyncDisposable {}

/**
 * Runs the buses of an example against a cluster: all connections in one process, each member in one of its own. Topics and
 * committed offsets come from a client of our own.
 *
 * @param options.brokers `host:port` of each
 * @param options.leaseMs the session timeout; a broker may refuse less than 6000
 */
export function kafkaTarget({
  brokers,
  leaseMs = leastLease,
  env,
  ...options
}: DriverOptions & {
  readonly brokers: readonly string[]
  readonly leaseMs?: number
}): KafkaTarget {
  const admin = new Admin({
    clientId: 'contract',
    bootstrapBrokers: [...brokers],
    retries: 100,
    retryDelay: 200,
  })
  const drivers = new Set<Driver>()
  const start = () => {
    const driver = startDriver({
      ...options,
      env: {
        ...env,
        KAFKA_BROKERS: brokers.join(),
        KAFKA_SESSION_TIMEOUT_MS: String(leaseMs),
      },
    })
    drivers.add(driver)
    return driver
  }
  let connections: Driver | undefined

  return {
    leaseMs,
    connect: () => (connections ??= start()).connect(),
    async topic(partitions, name = `scene-${randomUUID()}`) {
      // -1: as many replicas as the cluster has by default.
      await admin
        .createTopics({ topics: [name], partitions, replicas: -1 })
        .catch((error: Error) => {
          // No other topic has this name: the answer to an earlier try was lost.
          if (!findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error
        })
      return name
    },
    group: () => `group-${randomUUID()}`,
    async member(topic, group, report, { deadLetters = false } = {}): Promise<Member> {
      const driver = start()
      const bus = await driver.connect({ deadLetters })
      const { ended } = await bus.subscribe({ topic, group }, steered(report))
      let wasEnded = false
      ended.catch((error: unknown) => wasEnded || report({ type: 'ended', error }))
      const kill = async () => {
        wasEnded = true
        drivers.delete(driver)
        await driver.kill()
      }
      return {
        async stop() {
          await bus.close()
          await kill()
        },
        kill,
        freeze: () => driver.signal('SIGSTOP'),
        wake: () => driver.signal('SIGCONT'),
      }
    },
    async committed(group, topic) {
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] })
      const partitions = found?.topics.find(({ name }) => name === topic)?.partitions ?? []
      return new Map(
        partitions
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(drivers, (driver) => driver.kill()))
      await admin.close()
    },
  }
}
