import type { Bus, BusRecord } from '../../contracts/bus/port.ts'
import { handleUntil } from '../tools/handle-until.ts'

/** Publishes an end record to each of the four partitions. */
export async function markEnds(bus: Bus, topic: string): Promise<void> {
  const marked = new Set<number>()
  for (let i = 0; marked.size < 4; i++) {
    const { partition } = await bus.publish(topic, { key: `end-${i}`, value: new Uint8Array() })
    marked.add(partition)
  }
}

/** Reads what a group has not handled, up to the end records. */
export async function readToEnds(bus: Bus, topic: string, group: string): Promise<BusRecord[]> {
  const records: BusRecord[] = []
  const ended = new Set<number>()
  await handleUntil(bus, { topic, group }, async (record) => {
    if (!String(record.key).startsWith('end-')) records.push(record)
    else ended.add(record.partition)
    return ended.size === 4
  })
  return records
}
