import { expectSame } from '../../expect.ts'
import type { Bus, Position } from '../port.ts'
import { consume } from './consume.ts'
import { createRecords, defineScene, publishAll } from './scene.ts'

export const resume = defineScene(
  'a consumer that stops resumes exactly at its committed offset',
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    const producer = await scene.connect()
    expectSame('the first offsets', await publish(producer, topic, 6), createRange(0, 6))

    const closing = await consume(scene, { topic, group }, async ({ offset }, commit, leave) => {
      if (offset === 2n) leave()
      await commit()
    })
    expectSame(
      'handled by a consumer that leaves while it handles 2',
      offsetsOf(closing),
      createRange(0, 3),
    )
    await scene.expectCommitted(group, topic, 3n, 'after the commit of 2')
    const later = await publish(producer, topic, 2)
    expectSame('the offsets published without a consumer', later, createRange(6, 8))

    const reading = await consume(scene, { topic, group }, async ({ offset }, _commit, leave) => {
      if (offset === 4n) leave()
    })
    expectSame('handled by a consumer that commits nothing', offsetsOf(reading), createRange(3, 5))
    await scene.expectCommitted(group, topic, 3n, 'after a consumer that commits nothing')

    const resumed = await consume(scene, { topic, group }, async ({ offset }, commit, leave) => {
      await commit()
      if (offset === 7n) leave()
    })
    expectSame('handled by the last consumer', offsetsOf(resumed), createRange(3, 8))
    await scene.expectCommitted(group, topic, 8n, 'at the end')
  },
)

async function publish(bus: Bus, topic: string, count: number): Promise<number[]> {
  return offsetsOf(await publishAll(bus, topic, createRecords(count)))
}

function offsetsOf(positions: readonly Position[]): number[] {
  return positions.map(({ offset }) => Number(offset))
}

/** The whole numbers from `start` up to, but without, `end`. */
function createRange(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index)
}
