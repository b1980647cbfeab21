import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { consume } from './consume.ts'
import type { Bus, Position } from '../port.ts'
import { numbered, publish, scene } from '../stage.ts'
import type { BusTarget } from '../target.ts'

export const resuming: readonly Check<BusTarget>[] = [
  scene('a consumer that stops is resumed exactly at its committed offset', async (stage) => {
    const [topic, group] = [await stage.topic(1), stage.group()]
    const producer = await stage.connect()
    expectSame('the first offsets', await publishMore(producer, topic, 6), range(0, 6))

    const closing = await consume(stage, { topic, group }, async ({ offset }, commit, leave) => {
      if (offset === 2n) leave()
      await commit()
    })
    expectSame(
      'handled by a consumer that leaves while it handles 2',
      offsets(closing),
      range(0, 3),
    )
    await stage.expectCommitted(group, topic, 3n, 'after it has committed 2')
    expectSame('offsets published meanwhile', await publishMore(producer, topic, 2), range(6, 8))

    const reading = await consume(stage, { topic, group }, async ({ offset }, _commit, leave) => {
      if (offset === 4n) leave()
    })
    expectSame('handled by a consumer that commits nothing', offsets(reading), range(3, 5))
    await stage.expectCommitted(group, topic, 3n, 'after a consumer that commits nothing')

    const resumed = await consume(stage, { topic, group }, async ({ offset }, commit, leave) => {
      await commit()
      if (offset === 7n) leave()
    })
    expectSame('handled by the last consumer', offsets(resumed), range(3, 8))
    await stage.expectCommitted(group, topic, 8n, 'at the end')
  }),
]

async function publishMore(bus: Bus, topic: string, count: number): Promise<number[]> {
  return offsets(await publish(bus, topic, numbered(count)))
}

function offsets(positions: readonly Position[]): number[] {
  return positions.map(({ offset }) => Number(offset))
}

/** The whole numbers from the first up to, but without, the second. */
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
