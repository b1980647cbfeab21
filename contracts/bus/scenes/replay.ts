import { expectSame } from '../../expect.ts'
import type { NewRecord, Position } from '../port.ts'
import { commitAndLeaveAfter, consume } from './consume.ts'
import { defineScene, publishAll } from './scene.ts'
import { describeContent, shapes } from './shapes.ts'

export const replay = defineScene(
  'a new group replays history from the first record, byte for byte',
  async (scene) => {
    const topic = await scene.topic(1)
    const positions = await publishAll(await scene.connect(), topic, shapes)
    const published = shapes.map((record, index) =>
      describeRecord(topic, record, positions[index] as Position),
    )
    for (const reader of ['the first group', 'a later group']) {
      const from = { topic, group: scene.group() }
      const records = await consume(scene, from, commitAndLeaveAfter(shapes.length))
      const read = records.map((record) => describeRecord(record.topic, record, record))
      for (const [index, record] of published.entries()) {
        expectSame(`record ${index} as ${reader} reads it`, read[index], record)
      }
    }
  },
)

function describeRecord(topic: string, record: NewRecord, { partition, offset }: Position) {
  return { topic, partition, offset: String(offset), ...describeContent(record) }
}
