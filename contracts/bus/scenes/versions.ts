import { expectSame } from '../../expect.ts'
import type { BusRecord } from '../port.ts'
import { commitAndLeaveAfter, consume } from './consume.ts'
import { createRecord, defineScene, publishAll, readHeader, readText } from './scene.ts'

export const versions = defineScene(
  'a version-1 reader accepts a version-2 event with an added field',
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    const placed = { orderId: 'o-1', quantity: 2 }
    await publishAll(await scene.connect(), topic, [
      createRecord('o-1', JSON.stringify(placed), { version: '1' }),
      createRecord('o-1', JSON.stringify({ ...placed, currency: 'EUR' }), { version: '2' }),
    ])
    const events = await consume(scene, { topic, group }, commitAndLeaveAfter(2))
    expectSame('the events as version 1 reads them', events.map(readVersion1), [
      { version: '1', ...placed },
      { version: '2', ...placed },
    ])
  },
)

/** Reads the fields that version 1 knows and ignores all others. */
function readVersion1(event: BusRecord) {
  const { orderId, quantity } = JSON.parse(readText(event.value)) as Record<string, unknown>
  return { version: readHeader(event, 'version'), orderId, quantity }
}
