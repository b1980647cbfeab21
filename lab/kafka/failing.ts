/** The bus contract against real Kafka whose brokers fail while the scenes are played. */
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { kafkaTarget } from '../../contracts/bus-kafka.ts'
import { runBusContract, type BusOptions, type BusRun } from '../../contracts/bus-run.ts'
import type { BusTarget } from '../../contracts/bus/target.ts'
import { environmentOf } from '../../contracts/runtimes.ts'
import { startKafka, type Kafka } from './kafka.ts'

/** How long acknowledged records may take to be handled in the end, in milliseconds. */
const deliveryLimit = 60_000

export interface FailingRun extends BusRun {
  /** How many records were acknowledged beside the scenes. */
  readonly acknowledged: number
  /** Those of them that no handler was given: `partition@offset: value`. */
  readonly lost: readonly string[]
}

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
}: Omit<BusOptions, 'brokers'> & {
  readonly java: string
  readonly count: 1 | 3
}): Promise<FailingRun> {
  const { directory, argv, runtime, onResult } = options
  await using kafka = await startKafka({ java, brokers: count })
  const { brokers } = kafka
  await using target = kafkaTarget({
    brokers,
    modules: join(directory, dirname(argv.at(-1) ?? '')),
    node: runtime.path,
    env: environmentOf(runtime),
  })
  const traffic = await startTraffic(target)
  const begun = Promise.withResolvers<unknown>()
  const half = Promise.withResolvers<unknown>()
  let results = 0
  const [run] = await Promise.all([
    runBusContract({
      ...options,
      brokers,
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

/** Publishes one record after the other, and handles them, until it is told to end. */
async function startTraffic(target: BusTarget) {
  const topic = await target.topic(4)
  const bus = await target.connect()
  const acknowledged: string[] = []
  const handled = new Set<string>()
  let stopped = false
  const publish = async () => {
    for (let number = 0; !stopped; number++) {
      const value = new TextEncoder().encode(`record ${number}`)
      const { partition, offset } = await bus.publish(topic, { key: `key-${number % 50}`, value })
      acknowledged.push(`${partition}@${offset}: record ${number}`)
    }
  }
  const publishing = publish()
  // Looked at in the end; a scene that fails first says more.
  publishing.catch(() => {})
  const group = target.group()
  const { ended } = await bus.subscribe({ topic, group }, async (record, commit) => {
    const { partition, offset, value } = record
    handled.add(`${partition}@${offset}: ${new TextDecoder().decode(value)}`)
    await commit()
  })
  return {
    /** Waits until all that was acknowledged has been handled, for as long as that may take. */
    async end(): Promise<Pick<FailingRun, 'acknowledged' | 'lost'>> {
      stopped = true
      await publishing
      const missing = () => acknowledged.filter((record) => !handled.has(record))
      const deadline = Date.now() + deliveryLimit
      while (missing().length > 0 && Date.now() < deadline) await Promise.race([ended, delay(50)])
      return { acknowledged: acknowledged.length, lost: missing() }
    },
  }
}
