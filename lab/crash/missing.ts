import fs from 'node:fs'
import { join } from 'node:path'
import { batchesIn, recordsIn } from '../../examples/lean-bus/src/protocol/format.ts'
import type { Topic } from './model.ts'

/**
 * Counts the acknowledged records of a topic that are missing in its files, whether or not a broker would start on them.
 * Records that retention has deleted don't count.
 */
export function countMissing(data: string, topic: Topic): number {
  const folder = join(data, topic.name)
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  const segments = names.filter((name) => name.endsWith('.log')).sort()
  const keys = new Map<number, string>()
  for (const name of segments) {
    for (const { header, batch } of batchesIn(fs.readFileSync(join(folder, name)))) {
      let offset = Number(header.baseOffset)
      for (const { key } of recordsIn(batch)) keys.set(offset++, String(key))
    }
  }
  const start = Number(segments[0]?.slice(0, 20) ?? 0)
  return [...topic.acknowledged].filter(
    (offset) => offset >= start && keys.get(offset) !== topic.promised.get(offset),
  ).length
}
