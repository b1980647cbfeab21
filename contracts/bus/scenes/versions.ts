import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { consume, takeAll } from './consume.ts'
import type { BusRecord } from '../port.ts'
import { publish, record, scene, textOf } from '../stage.ts'
import type { BusTarget } from '../target.ts'

export const evolving: readonly Check<BusTarget>[] = [
  scene(
    'a reader of version 1 takes an event of version 2 that has one more field',
    async (stage) => {
      const [topic, group] = [await stage.topic(1), stage.group()]
      const placed = { orderId: 'o-1', quantity: 2 }
      await publish(await stage.connect(), topic, [
        record('o-1', JSON.stringify(placed), { version: '1' }),
        record('o-1', JSON.stringify({ ...placed, currency: 'EUR' }), { version: '2' }),
      ])
      const events = await consume(stage, { topic, group }, takeAll(2))
      expectSame('the events as version 1 reads them', events.map(readVersion1), [
        { version: '1', ...placed },
        { version: '2', ...placed },
      ])
    },
  ),
]

/** Takes the fields that version 1 knows and leaves the others aside. */
function readVersion1(event: BusRecord) {
  const { orderId, quantity } = JSON.parse(textOf(event)) as Record<string, unknown>
  return { version: event.headers['version'], orderId, quantity }
}
