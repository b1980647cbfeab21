import { expect, test } from 'vitest'
import { openSession } from '../../examples/lean-bus/src/client/session.ts'
import { encodeBatch } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { subscribe } from './model/consumer.ts'
import { openInProcess } from './tools/in-process.ts'
import { SimulatedDisk } from './tools/simulated-disk.ts'

test('the positions of 60 groups survive 50,000 commits, whose old segments are deleted', async () => {
  const disk = new SimulatedDisk()
  const { close, open } = await openInProcess({}, disk.root())
  const session = await openSession(await open())
  const records = Array.from({ length: 1000 }, (_none, i) =>
    encodeRecord({ key: `${i}`, value: '' }),
  )
  await session.request(types.PRODUCE, text('orders'), encodeBatch(records))
  const groups = Array.from({ length: 60 }, (_none, i) => `g${i}`)
  const members = []
  for (const group of groups) {
    const member = await subscribe(session, { topic: 'orders', group, credit: 0 })
    members.push({ group, id: member.id, epoch: (await member.activated()).epoch })
  }
  // The first ten groups commit early and never again. Deleting old segments must not delete their positions.
  for (let next = 1; next <= 1000; next++) {
    const busy = next <= 10 ? members : members.slice(10)
    const commits = busy.map(({ id, epoch }) =>
      session.request(types.COMMIT, u32(id), u32(epoch), u64(BigInt(next))),
    )
    await Promise.all(commits)
  }
  // 50,000 commits of about 100 bytes need more than one segment of 4 MiB, and the broker deletes the old ones.
  const logs = () => disk.sizes('__groups').filter(({ name }) => name.endsWith('.log'))
  await expect.poll(() => logs().map(({ name }) => name)).not.toContain(`${'0'.repeat(20)}.log`)
  session.close()
  await close()

  const { open: openAgain } = await openInProcess({}, disk.root())
  const asking = await openSession(await openAgain())
  for (const [i, { group }] of members.entries()) {
    const answer = await asking.request(types.STAT, text('orders'), text(group))
    expect([group, Number(answer.readBigUInt64BE(16))]).toEqual([group, i < 10 ? 10 : 1000])
    const { epoch } = await (
      await subscribe(asking, { topic: 'orders', group, credit: 0 })
    ).activated()
    expect(epoch).toBe(2)
  }
  asking.close()
})
