import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { types, u32 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { command, hasTopic, topic, type Command } from './command.ts'
import { subscribe } from './consumer.ts'
import type { GroupModel, MemberModel, Model } from './model.ts'
import { commit, type Member, type System } from './system.ts'

/** A member, in the model and in the system. */
interface Chosen extends MemberModel {
  readonly slot: number
  readonly member: Member
  readonly state: GroupModel
}

/** Creates a command for one of the members in this role. */
function memberCommand<T>(
  name: string,
  role: 'active' | 'standby' | 'any',
  parameters: fc.Arbitrary<T>,
  run: (model: Model, system: System, chosen: Chosen, parameters: T) => Promise<void>,
) {
  const slots = (model: Model) =>
    [...model.members.keys()].filter((slot) => role === 'any' || model.isMember(slot, role))
  return command(
    name,
    fc.tuple(fc.nat(5), parameters),
    (model) => slots(model).length > 0,
    (model, system, [which, given]) => {
      const all = slots(model)
      const slot = all[which % all.length] ?? -1
      const chosen = { ...model.member(slot), slot, member: system.member(slot) }
      return run(model, system, chosen, given)
    },
  )
}

const nothing = fc.constant(undefined)

const join = command(
  'join',
  fc.record({
    topic,
    group: fc.constantFrom('g', 'h'),
    credit: fc.constantFrom(0, 1, 300, 100_000),
  }),
  (model, wanted) => hasTopic(model, wanted) && model.members.size < 5,
  async (model, system, { topic, group, credit }) => {
    const { session, disconnect } = await system.connect()
    const consumer = await subscribe(session, { topic, group, credit })
    const slot = model.join({ topic, group, position: 0 })
    system.members.set(slot, Object.assign(consumer, { session, disconnect }))
    if (model.isMember(slot, 'active')) await expectLease(model, system, slot)
  },
)

/** Expects that this member gets the lease, which begins at the committed offset of the group. */
async function expectLease(model: Model, system: System, slot: number) {
  const { state, topic, group } = model.member(slot)
  const { start, epoch } = await system.member(slot).activated()
  expect(start).toBe(state.committed)
  expect(start).toBe((await system.stat(topic, group)).committed)
  expect(epoch).toBeGreaterThan(state.epoch)
  state.epoch = epoch
  model.moveTo(slot, start)
}

const handle = memberCommand(
  'handle',
  'active',
  fc.integer({ min: 1, max: 20 }),
  async (model, system, { slot, member, topic, position }, count) => {
    const end = Math.min(position + count, model.end(topic))
    if (end <= position) return
    const taken = await member.take(end)
    const { start } = await system.stat(topic, 'none')
    let next = position
    for (const { offset, record } of taken) {
      // The first batch may begin before the requested offset.
      if (offset < position) continue
      if (offset !== next) {
        const reason = 'only deleted records are skipped'
        expect(offset, reason).toBeGreaterThan(next)
        expect(offset, reason).toBeLessThanOrEqual(start)
      }
      expect(record).toEqual(model.recordAt(topic, offset))
      next = offset + 1
    }
    model.moveTo(slot, next)
  },
)

const commitHandled = memberCommand(
  'commit',
  'active',
  nothing,
  async (_model, _system, { member, state, position }) => {
    expect(await commit(member, state.epoch, position)).toBe('OK')
    state.committed = position
  },
)

const commitBack = memberCommand(
  'commitBack',
  'active',
  nothing,
  async (_model, _system, { member, state }) => {
    if (state.committed === 0) return
    expect(await commit(member, state.epoch, state.committed - 1)).toBe('OFFSET_RANGE')
  },
)

const commitAhead = memberCommand(
  'commitAhead',
  'active',
  nothing,
  async (model, _system, { member, state, topic }) => {
    expect(await commit(member, state.epoch, model.end(topic) + 1)).toBe('OFFSET_RANGE')
  },
)

const commitUnderOldEpoch = memberCommand(
  'commitUnderOldEpoch',
  'active',
  nothing,
  async (model, _system, { member, state, topic }) => {
    expect(await commit(member, state.epoch - 1, model.end(topic))).toBe('FENCED')
  },
)

const commitOnStandby = memberCommand(
  'commitOnStandby',
  'standby',
  nothing,
  async (model, _system, { member, state, topic }) => {
    expect(await commit(member, state.epoch, model.end(topic))).toBe('NOT_ACTIVE')
  },
)

const leave = memberCommand(
  'leave',
  'any',
  fc.constantFrom('UNSUBSCRIBE', 'disconnect'),
  async (model, system, { slot, member }, how) => {
    if (how === 'UNSUBSCRIBE') await member.session.request(types.UNSUBSCRIBE, u32(member.id))
    else member.disconnect()
    await expectTakeover(model, system, slot)
  },
)

/** Removes a member. If it had the lease, expects that the next one takes over. */
async function expectTakeover(model: Model, system: System, slot: number) {
  const next = model.leave(slot)
  system.members.delete(slot)
  // The broker notices a closed connection in a later turn.
  await turn()
  if (next !== undefined) await expectLease(model, system, next)
}

const commitAndDie = memberCommand(
  'commitAndDie',
  'active',
  fc.nat(4),
  async (model, system, { slot, member, state, topic, group, position }, turns) => {
    const committing = commit(member, state.epoch, position).catch(() => 'lost' as const)
    for (let i = 0; i < turns; i++) await turn()
    member.disconnect()
    member.session.close()
    const answer = await committing
    await system.disk.idle()
    const { committed } = await system.stat(topic, group)
    expect(answer === 'OK' ? [position] : [state.committed, position]).toContain(committed)
    state.committed = committed
    await expectTakeover(model, system, slot)
  },
)

export const memberCommands: fc.Arbitrary<Command>[] = [
  join,
  join,
  join,
  handle,
  handle,
  commitHandled,
  commitHandled,
  commitBack,
  commitAhead,
  commitUnderOldEpoch,
  commitOnStandby,
  leave,
  commitAndDie,
]
