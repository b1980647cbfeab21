import { Admin, findErrorBy } from '@platformatic/kafka'
import { startBroker } from '../../process/broker.ts'
import { startDriverProcess } from '../driver/driver-process.ts'
import { driveTarget, newTopic } from '../driver/drivers.ts'
import { driverOptions, moduleOf, type OpenStand } from '../stand.ts'
import { environmentOf } from '../../process/runtimes.ts'

/** The least session timeout that brokers accept by default (`group.min.session.timeout.ms`), in milliseconds. */
const leastLease = 6000

/**
 * A cluster that is there. Topics and committed offsets come from a client of our own.
 *
 * @param options.brokers `host:port` of each
 * @param options.leaseMs the session timeout; a broker may refuse less than 6000
 */
export function onCluster({
  brokers,
  leaseMs = leastLease,
}: {
  readonly brokers: readonly string[]
  readonly leaseMs?: number
}): OpenStand {
  return async (installed) => {
    const env = { KAFKA_BROKERS: brokers.join(), KAFKA_SESSION_TIMEOUT_MS: String(leaseMs) }
    const admin = new Admin({
      clientId: 'contract',
      bootstrapBrokers: [...brokers],
      retries: 100,
      retryDelay: 200,
    })
    const { kill, ...driven } = driveTarget(() => startDriverProcess(driverOptions(installed, env)))
    return {
      target: {
        leaseMs,
        ...driven,
        async topic(partitions, name = newTopic()) {
          // -1: as many replicas as the cluster has by default.
          await admin
            .createTopics({ topics: [name], partitions, replicas: -1 })
            .catch((error: Error) => {
              // No other topic has this name: the answer to an earlier try was lost.
              if (!findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error
            })
          return name
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
      },
      programEnv: () => ({ KAFKA_BROKERS: brokers.join() }),
      async [Symbol.asyncDispose]() {
        await kill()
        await admin.close()
      },
    }
  }
}

/** The dev broker that the example brings. Its program starts another one by itself. */
export const onDevBroker: OpenStand = async (installed) => {
  await using opened = new AsyncDisposableStack()
  const { runtime } = installed
  const broker = opened.use(
    await startBroker(moduleOf(installed, '../dev-broker/main'), {
      node: runtime.path,
      env: environmentOf(runtime),
    }),
  )
  const stand = opened.use(await onCluster({ brokers: [broker.address] })(installed))
  const kept = opened.move()
  return {
    ...stand,
    programEnv: () => ({ KAFKA_BROKERS: '' }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
