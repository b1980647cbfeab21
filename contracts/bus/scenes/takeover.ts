import { fail } from '../../expect.ts'
import type { Commit, Position } from '../port.ts'
import { consume } from './consume.ts'
import {
  createRecords,
  defineScene,
  describeError,
  describeEvent,
  describePosition,
  isFenced,
  publishAll,
  type RecordEvent,
  type Scene,
} from './scene.ts'

export const killed = defineScene(
  'two members share the work, and when one is killed the other continues at the committed offset',
  async (scene) => {
    const [topic, group] = [await scene.topic(4), scene.group()]
    const bus = await scene.connect()
    await scene.startMember('A', topic, group)
    await scene.startMember('B', topic, group)
    const next = new Map<number, bigint>()

    const shared = await publishAll(bus, topic, createRecords(24))
    const handledBy = new Map<string, string>()
    await commitAll(scene, next, shared, ({ member, record }) => {
      const position = describePosition(record)
      const other = handledBy.get(position) ?? member
      if (other !== member) fail(position, 'one member to handle it', `${other}, ${member}`)
      handledBy.set(position, member)
    })
    const members = new Set(handledBy.values()).size
    const partitions = new Set(shared.map(({ partition }) => partition)).size
    if (partitions > 1 && members < 2) fail('members that had work', '2', String(members))

    const rest = await publishAll(bus, topic, createRecords(24))
    const held = await scene.nextEvent('a member to be given a record')
    if (held.type !== 'record') return fail('the members', 'a record', describeEvent(held))
    await scene.kill(held.member)
    await commitAll(scene, next, rest, (event) => {
      if (event.member === held.member) {
        fail('the members', `${held.member} to be dead`, describeEvent(event))
      }
    })
    const committed = await scene.committed(group, topic)
    for (const [partition, offset] of next) {
      const actual = committed.get(partition)
      if (actual !== offset) fail(`committed in partition ${partition}`, `${offset}`, `${actual}`)
    }
  },
)

export const frozen = defineScene(
  'a member that was frozen beyond its lease cannot commit, does not move the group back, drops the records it had fetched, and works again',
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    const bus = await scene.connect()
    await publishAll(bus, topic, createRecords(5))
    const sleeper = await scene.startMember('A', topic, group)
    await scene.expectCommit(await scene.expectRecord('A', 0n))
    const held = await scene.expectRecord('A', 1n)
    sleeper.freeze()
    const other = await scene.startMember('B', topic, group)
    for (const offset of [1n, 2n, 3n, 4n]) {
      await scene.expectCommit(await scene.expectRecord('B', offset))
    }
    await scene.expectCommitted(group, topic, 5n, 'after the takeover')

    held.reply('commit')
    sleeper.wake()
    const event = await scene.nextEvent('the outcome of the commit of the woken member')
    await scene.expectCommitted(group, topic, 5n, 'after the woken member has tried to commit')
    if (event.type !== 'rejected' || !isFenced(event.error)) {
      fail('the commit of the woken member', 'a FencedError', describeEvent(event))
    }
    await other.stop()
    await publishAll(bus, topic, createRecords(1))
    await scene.expectCommit(await scene.expectRecord('A', 5n))
    await scene.expectCommitted(group, topic, 6n, 'at the end')

    await expectLateCommitRejected(scene, topic)
  },
)

/**
 * Lets members commit each record until all of these positions are done. Each record has to be the one at the committed offset
 * of its partition.
 *
 * @param next the committed offset of each partition
 */
async function commitAll(
  scene: Scene,
  next: Map<number, bigint>,
  positions: readonly Position[],
  onRecord: (event: RecordEvent) => void,
): Promise<void> {
  const isDone = () =>
    positions.every(({ partition, offset }) => (next.get(partition) ?? 0n) > offset)
  while (!isDone()) {
    const event = await scene.nextEvent('all records to be handled')
    if (event.type === 'record') {
      const { partition } = event.record
      const expected = { partition, offset: next.get(partition) ?? 0n }
      if (event.record.offset !== expected.offset) {
        fail('the members', `${describePosition(expected)} next`, describeEvent(event))
      }
      onRecord(event)
      event.reply('commit')
    } else if (event.type === 'committed') {
      next.set(event.record.partition, event.record.offset + 1n)
    } else if (event.type === 'ended' || !isFenced(event.error)) {
      // A live member may be fenced too: a rebalance can reject the commit in flight, and the record is redelivered.
      fail('the members', 'no failure', describeEvent(event))
    }
  }
}

/** A commit that is called after its handler has returned would also move the group back. */
async function expectLateCommitRejected(scene: Scene, topic: string): Promise<void> {
  const group = scene.group()
  let first: Commit | undefined
  let rejection: unknown
  await consume(scene, { topic, group }, async ({ offset }, commit, leave) => {
    first ??= commit
    if (offset < 2n) return commit()
    rejection = await first().catch((error: unknown) => error)
    leave()
  })
  await scene.expectCommitted(group, topic, 2n, 'after a commit whose handler had returned')
  if (!isFenced(rejection)) {
    fail('a commit after its handler has returned', 'a FencedError', describeError(rejection))
  }
}
