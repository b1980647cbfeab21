import { expectSame } from '../../expect.ts'
import { createRecords, defineScene, describePosition, publishAll, readText } from './scene.ts'

export const crash = defineScene(
  'after a crash between effect and commit, exactly the records from the committed offset on are redelivered, and an idempotent handler makes each effect happen once',
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    await publishAll(await scene.connect(), topic, createRecords(5))
    // The store of the effects outlives the consumer, as a database does.
    const effects = new Map<string, string>()
    let repeated = 0
    const expectAndApply = async (member: string, offset: bigint) => {
      const given = await scene.expectRecord(member, offset)
      const position = describePosition(given.record)
      if (effects.has(position)) repeated++
      else effects.set(position, readText(given.record.key))
      return given
    }

    await scene.startMember('A', topic, group)
    for (const offset of [0n, 1n]) await scene.expectCommit(await expectAndApply('A', offset))
    await expectAndApply('A', 2n)
    await scene.kill('A')
    await scene.expectCommitted(group, topic, 2n, 'after the crash')

    await scene.startMember('B', topic, group)
    for (const offset of [2n, 3n, 4n]) await scene.expectCommit(await expectAndApply('B', offset))
    const keys = createRecords(5).map(({ key }) => key)
    expectSame('the effects', Array.from(effects.values()), keys)
    expectSame('the number of repeated effects', repeated, 1)
    await scene.expectCommitted(group, topic, 5n, 'at the end')
  },
)
