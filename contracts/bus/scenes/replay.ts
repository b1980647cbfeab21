import { expectSame } from '../../expect.ts'
import type { NewRecord, Position } from '../port.ts'
import { commitAndLeaveAfter, consume } from './consume.ts'
import { createRecord, defineScene, publishAll } from './scene.ts'

const history: readonly NewRecord[] = [
  { key: 'every-byte', value: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
  { key: 'nothing', value: new Uint8Array() },
  { key: 'kilobytes', value: new Uint8Array(100_000).fill(0xff) },
  createRecord('é ñ 🔑', 'ü 値', { 'content-type': 'text/plain', name: 'ž č ň', empty: '' }),
]

export const replay = defineScene(
  'a new group replays history from the first record, byte for byte',
  async (scene) => {
    const topic = await scene.topic(1)
    const positions = await publishAll(await scene.connect(), topic, history)
    const published = history.map((record, index) =>
      toComparable(topic, record, positions[index] as Position),
    )
    for (const reader of ['the first group', 'a later group']) {
      const from = { topic, group: scene.group() }
      const records = await consume(scene, from, commitAndLeaveAfter(history.length))
      const read = records.map((record) => toComparable(record.topic, record, record))
      for (const [index, record] of published.entries()) {
        expectSame(`record ${index} as ${reader} reads it`, read[index], record)
      }
    }
  },
)

function toComparable(
  topic: string,
  { key, value, headers }: NewRecord,
  { partition, offset }: Position,
) {
  const bytes = Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { topic, key, headers: headers ?? {}, partition, offset: String(offset), bytes }
}
