import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import { consume } from './consume.ts'
import type { Commit, Position } from '../port.ts'
import {
  at,
  described,
  isFenced,
  messageOf,
  numbered,
  publish,
  scene,
  type Report,
  type Stage,
} from '../stage.ts'
import type { BusTarget } from '../target.ts'

export const takingOver: readonly Check<BusTarget>[] = [
  scene(
    'two members share the work, and when one is killed the other goes on at the committed offset',
    async (stage) => {
      const [topic, group] = [await stage.topic(4), stage.group()]
      const bus = await stage.connect()
      await stage.member('A', topic, group)
      await stage.member('B', topic, group)
      const next = new Map<number, bigint>()

      const shared = await publish(bus, topic, numbered(24))
      const handledBy = new Map<string, string>()
      await work(stage, next, shared, (report) => {
        const position = at(report.record)
        const other = handledBy.get(position) ?? report.by
        if (other !== report.by) fail(position, 'one member to handle it', `${other}, ${report.by}`)
        handledBy.set(position, report.by)
      })
      const members = new Set(handledBy.values()).size
      const partitions = new Set(shared.map(({ partition }) => partition)).size
      if (partitions > 1 && members < 2) fail('members that had work', '2', String(members))

      const rest = await publish(bus, topic, numbered(24))
      const held = await stage.next('a member to be given a record')
      if (held.type !== 'record') return fail('the members', 'a record', described(held))
      await stage.kill(held.by)
      await work(stage, next, rest, (report) => {
        if (report.by === held.by) fail('the members', `${held.by} to be dead`, described(report))
      })
      const committed = await stage.committed(group, topic)
      for (const [partition, offset] of next) {
        const came = committed.get(partition)
        if (came !== offset) fail(`committed in partition ${partition}`, `${offset}`, `${came}`)
      }
    },
  ),
  scene(
    'a member that was frozen beyond its lease cannot commit, moves nothing back, drops what it had fetched, and works again',
    async (stage) => {
      const [topic, group] = [await stage.topic(1), stage.group()]
      const bus = await stage.connect()
      await publish(bus, topic, numbered(5))
      const frozen = await stage.member('A', topic, group)
      await stage.commit(await stage.record('A', 0n))
      const held = await stage.record('A', 1n)
      frozen.freeze()
      const other = await stage.member('B', topic, group)
      for (const offset of [1n, 2n, 3n, 4n]) await stage.commit(await stage.record('B', offset))
      await stage.expectCommitted(group, topic, 5n, 'after the takeover')

      held.verdict('commit')
      frozen.wake()
      const answer = await stage.next('the answer to the commit of the woken member')
      await stage.expectCommitted(group, topic, 5n, 'after the woken member has tried to commit')
      if (answer.type !== 'refused' || !isFenced(answer.error)) {
        fail('the commit of the woken member', 'a FencedError', described(answer))
      }
      await other.stop()
      await publish(bus, topic, numbered(1))
      await stage.commit(await stage.record('A', 5n))
      await stage.expectCommitted(group, topic, 6n, 'at the end')

      await expectLateCommitRefused(stage, topic)
    },
  ),
]

/**
 * Lets members commit what they are given until all of these positions are done. Each record has to be the one at the
 * committed offset of its partition.
 */
async function work(
  stage: Stage,
  next: Map<number, bigint>,
  positions: readonly Position[],
  given: (report: Extract<Report, { type: 'record' }>) => void,
): Promise<void> {
  const done = () =>
    positions.every(({ partition, offset }) => (next.get(partition) ?? 0n) > offset)
  while (!done()) {
    const report = await stage.next('all records to be handled')
    if (report.type === 'record') {
      const { partition } = report.record
      const expected = { partition, offset: next.get(partition) ?? 0n }
      if (report.record.offset !== expected.offset) {
        fail('the members', `${at(expected)} next`, described(report))
      }
      given(report)
      report.verdict('commit')
    } else if (report.type === 'committed') {
      next.set(report.record.partition, report.record.offset + 1n)
    } else if (report.type === 'ended' || !isFenced(report.error)) {
      // A live member may be fenced too: each rebalance can refuse the one record in flight, which then comes again.
      fail('the members', 'nothing to fail', described(report))
    }
  }
}

/** A commit that is kept and called after its handler has returned would move the group back as well. */
async function expectLateCommitRefused(stage: Stage, topic: string): Promise<void> {
  const group = stage.group()
  let first: Commit | undefined
  let refusal: unknown
  await consume(stage, { topic, group }, async ({ offset }, commit, leave) => {
    first ??= commit
    if (offset < 2n) return commit()
    refusal = await first().catch((error: unknown) => error)
    leave()
  })
  await stage.expectCommitted(group, topic, 2n, 'after a commit whose handler had returned')
  if (!isFenced(refusal)) {
    fail('a commit after its handler has returned', 'a FencedError', messageOf(refusal))
  }
}
