import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { consume, takeAll } from './consume.ts'
import type { NewRecord, Position } from '../port.ts'
import { publish, record, scene } from '../stage.ts'
import type { BusTarget } from '../target.ts'

const history: readonly NewRecord[] = [
  { key: 'every-byte', value: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
  { key: 'nothing', value: new Uint8Array() },
  { key: 'kilobytes', value: new Uint8Array(100_000).fill(0xff) },
  record('é ñ 🔑', 'ü 値', { 'content-type': 'text/plain', name: 'ž č ň', empty: '' }),
]

export const replaying: readonly Check<BusTarget>[] = [
  scene('a new group replays history from the first record, byte for byte', async (stage) => {
    const topic = await stage.topic(1)
    const producer = await stage.connect()
    const positions = await publish(producer, topic, history)
    const published = history.map((one, index) => shown(topic, one, positions[index] as Position))

    for (const reader of ['the first group', 'a group that comes later']) {
      const records = await consume(stage, { topic, group: stage.group() }, takeAll(history.length))
      const read = records.map((one) => shown(one.topic, one, one))
      for (const [index, one] of published.entries()) {
        expectSame(`record ${index} as ${reader} reads it`, read[index], one)
      }
    }
  }),
]

/** A record in a form that can be compared. */
function shown(topic: string, { key, value, headers }: NewRecord, { partition, offset }: Position) {
  const bytes = Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { topic, key, headers: headers ?? {}, partition, offset: String(offset), bytes }
}
