import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import type { BusRecord } from '../port.ts'
import { at, numbered, publish, scene } from '../stage.ts'
import type { BusTarget } from '../target.ts'

export const crashing: readonly Check<BusTarget>[] = [
  scene(
    'after a crash between effect and commit exactly the records from the committed offset on come again, and an idempotent handler makes each effect once',
    async (stage) => {
      const [topic, group] = [await stage.topic(1), stage.group()]
      await publish(await stage.connect(), topic, numbered(5))
      // Where the effects are kept. It outlives the consumer, as a database does.
      const effects = new Map<string, string>()
      let repeated = 0
      const apply = (record: BusRecord) => {
        if (effects.has(at(record))) repeated++
        else effects.set(at(record), record.key)
      }

      await stage.member('A', topic, group)
      for (const offset of [0n, 1n]) {
        const given = await stage.record('A', offset)
        apply(given.record)
        await stage.commit(given)
      }
      apply((await stage.record('A', 2n)).record)
      await stage.kill('A')
      await stage.expectCommitted(group, topic, 2n, 'after the crash')

      await stage.member('B', topic, group)
      for (const offset of [2n, 3n, 4n]) {
        const given = await stage.record('B', offset)
        apply(given.record)
        await stage.commit(given)
      }
      const keys = numbered(5).map(({ key }) => key)
      expectSame('the effects', Array.from(effects.values()), keys)
      expectSame('effects asked for twice', repeated, 1)
      await stage.expectCommitted(group, topic, 5n, 'at the end')
    },
  ),
]
