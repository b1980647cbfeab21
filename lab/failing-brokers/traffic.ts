import { setTimeout as delay } from 'node:timers/promises'
import type { BusTarget } from '../../contracts/bus/target.ts'
import type { ContractResult } from '../../contracts/run.ts'

/** Pause between two records, in ms: without it, publishing would take all processor time from the scenes. */
const pause = 20

/** Longest wait for acknowledged records to be handled after publishing has ended, in ms. */
const deliveryTimeout = 60_000

interface TrafficResult {
  /** Number of acknowledged records. */
  readonly acknowledged: number
  /** Acknowledged records that no handler received, each as `partition@offset: value`. */
  readonly lost: readonly string[]
  /** Records that were first handled after a later record of their partition. */
  readonly reordered: readonly string[]
}

/** A run of the bus contract while brokers failed. */
export interface FailingRun extends ContractResult, TrafficResult {}

/** Publishes a record every few milliseconds to a topic with 4 partitions, and handles them, until `end` is called. */
export async function startTraffic(target: BusTarget) {
  const topic = await target.topic(4)
  const bus = await target.connect()
  const acknowledged: string[] = []
  const handled = new Set<string>()
  const reordered: string[] = []
  const latest = new Map<number, bigint>()
  let isStopped = false
  const publish = async () => {
    for (let number = 0; !isStopped; number++) {
      const value = new TextEncoder().encode(`record ${number}`)
      const { partition, offset } = await bus.publish(topic, { key: `key-${number % 50}`, value })
      acknowledged.push(`${partition}@${offset}: record ${number}`)
      await delay(pause)
    }
  }
  const publishing = publish()
  // `end` reports this error. When a scene fails first, its error says more.
  publishing.catch(() => {})
  const group = target.group()
  const { ended } = await bus.subscribe({ topic, group }, async (record, commit) => {
    const { partition, offset, value } = record
    const name = `${partition}@${offset}: ${new TextDecoder().decode(value ?? undefined)}`
    const last = latest.get(partition) ?? -1n
    if (offset > last) latest.set(partition, offset)
    else if (!handled.has(name)) reordered.push(name)
    handled.add(name)
    await commit()
  })
  return {
    /** Stops publishing and waits until all acknowledged records have been handled. */
    async end(): Promise<TrafficResult> {
      isStopped = true
      await publishing
      const missing = () => acknowledged.filter((record) => !handled.has(record))
      const deadline = Date.now() + deliveryTimeout
      while (missing().length > 0 && Date.now() < deadline) await Promise.race([ended, delay(50)])
      return { acknowledged: acknowledged.length, lost: missing(), reordered }
    },
  }
}
