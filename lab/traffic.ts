import { setTimeout as delay } from 'node:timers/promises'
import type { BusRun } from '../contracts/bus/run.ts'
import type { BusTarget } from '../contracts/bus/target.ts'

/** How long acknowledged records may take to be handled in the end, in milliseconds. */
const deliveryLimit = 60_000

/** What became of the records that were published while brokers failed. */
interface TrafficResult {
  /** How many records were acknowledged. */
  readonly acknowledged: number
  /** Those of them that no handler was given: `partition@offset: value`. */
  readonly lost: readonly string[]
  /** Those that were handled, for the first time, after a later one of their partition. */
  readonly reordered: readonly string[]
}

/** A run of the bus contract while brokers failed. */
export interface FailingRun extends BusRun, TrafficResult {}

/** Publishes one record after the other to a topic of 4 partitions, and handles them, until it is told to end. */
export async function startTraffic(target: BusTarget) {
  const topic = await target.topic(4)
  const bus = await target.connect()
  const acknowledged: string[] = []
  const handled = new Set<string>()
  const reordered: string[] = []
  const latest = new Map<number, bigint>()
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
    const name = `${partition}@${offset}: ${new TextDecoder().decode(value)}`
    const last = latest.get(partition) ?? -1n
    if (offset > last) latest.set(partition, offset)
    else if (!handled.has(name)) reordered.push(name)
    handled.add(name)
    await commit()
  })
  return {
    /** Waits until all that was acknowledged has been handled, for as long as that may take. */
    async end(): Promise<TrafficResult> {
      stopped = true
      await publishing
      const missing = () => acknowledged.filter((record) => !handled.has(record))
      const deadline = Date.now() + deliveryLimit
      while (missing().length > 0 && Date.now() < deadline) await Promise.race([ended, delay(50)])
      return { acknowledged: acknowledged.length, lost: missing(), reordered }
    },
  }
}
