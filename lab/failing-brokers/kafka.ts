import { runBusContract, type BusOptions } from '../../contracts/bus/run.ts'
import { openCluster } from '../../contracts/bus/test-beds/kafka.ts'
import type { ContractResult } from '../../contracts/run.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { startTraffic, type FailingRun } from './traffic.ts'

/**
 * Runs the bus contract on real Kafka while brokers fail. A single broker restarts after SIGTERM and, some scenes later, after
 * SIGKILL. Of three brokers, one is killed and returns some scenes later. At the same time, a client publishes and handles
 * records.
 *
 * @param options.java path of `java`, version 17 or later
 * @param options.count number of brokers
 * @param options.run runs the contract, or a part of it
 */
export async function runOnFailingKafka({
  java,
  count,
  run = runBusContract,
  ...options
}: Omit<BusOptions, 'openTestBed'> & {
  readonly java: string
  readonly count: 1 | 3
  readonly run?: (options: BusOptions) => Promise<ContractResult>
}): Promise<FailingRun> {
  const { onResult } = options
  await using kafka = await startKafka({ java, brokers: count })
  const openTestBed = openCluster({ brokers: kafka.brokers })
  await using resources = new AsyncDisposableStack()
  const { target } = await openTestBed(options, resources)
  const traffic = await startTraffic(target)
  const begun = Promise.withResolvers<unknown>()
  const half = Promise.withResolvers<unknown>()
  let results = 0
  const [result] = await Promise.all([
    run({
      ...options,
      openTestBed,
      onResult(result) {
        results++
        if (results === 1) begun.resolve(result)
        if (results === 4) half.resolve(result)
        onResult?.(result)
      },
    }),
    failures[count](kafka, begun.promise, half.promise),
  ])
  return { ...result, ...(await traffic.end()) }
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
