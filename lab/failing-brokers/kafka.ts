/** The bus contract against real Kafka whose brokers fail while the scenes are played. */
import { onCluster } from '../../contracts/bus/adapters/kafka.ts'
import { runBusContract, type BusOptions } from '../../contracts/bus/run.ts'
import { startTraffic, type FailingRun } from '../traffic.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'

/**
 * Runs the bus contract while brokers fail. One broker is restarted by SIGTERM and, some scenes later, by SIGKILL. Of three,
 * one is killed and returns some scenes later. Beside the scenes, records are published one after the other and handled.
 *
 * @param options.java the program `java`, 17 or later
 * @param options.count how many brokers
 */
export async function runOnFailingKafka({
  java,
  count,
  ...options
}: Omit<BusOptions, 'stand'> & {
  readonly java: string
  readonly count: 1 | 3
}): Promise<FailingRun> {
  const { onResult } = options
  await using kafka = await startKafka({ java, brokers: count })
  const stand = onCluster({ brokers: kafka.brokers })
  await using beside = await stand(options)
  const traffic = await startTraffic(beside.target)
  const begun = Promise.withResolvers<unknown>()
  const half = Promise.withResolvers<unknown>()
  let results = 0
  const [run] = await Promise.all([
    runBusContract({
      ...options,
      stand,
      onResult(result) {
        results++
        if (results === 1) begun.resolve(result)
        if (results === 4) half.resolve(result)
        onResult?.(result)
      },
    }),
    failures[count](kafka, begun.promise, half.promise),
  ])
  return { ...run, ...(await traffic.end()) }
}

const failures = {
  async 1(kafka: Kafka, begun: Promise<unknown>, half: Promise<unknown>) {
    await begun
    await kafka.restart(0, 'SIGTERM')
    await half
    await kafka.restart(0, 'SIGKILL')
  },
  async 3(kafka: Kafka, begun: Promise<unknown>, half: Promise<unknown>) {
    await begun
    await kafka.stop(0, 'SIGKILL')
    await half
    await kafka.start(0)
  },
}
