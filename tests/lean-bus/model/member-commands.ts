import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ErrorCode } from '../../../examples/lean-bus/src/protocol/errors.ts'
import { types, u32 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { command, nothing, topicCommand, type Command } from './command.ts'
import { subscribe } from './consumer.ts'
import type { GroupModel, MemberModel, Model } from './model.ts'
import { commit, type Member, type System } from './system.ts'

type Role = 'active' | 'standby' | 'any'

/** A member, in the model and in the system. */
interface Chosen extends MemberModel {
  readonly slot: number
  /** The offset after the last record of its topic. */
  readonly end: number
  readonly member: Member
  readonly state: GroupModel
}

/** Creates a command for one of the members in this role. */
function memberCommand<T>(
  name: string,
  role: Role,
  parameters: fc.Arbitrary<T>,
  run: (chosen: Chosen, model: Model, system: System, parameters: T) => Promise<void>,
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
      const found = model.member(slot)
      const chosen = { ...found, slot, member: system.member(slot), end: model.end(found.topic) }
      return run(chosen, model, system, given)
    },
  )
}

const group = fc.constantFrom('g', 'h')
const credit = fc.constantFrom(0, 1, 300, 100_000)
const join = topicCommand(
  'join',
  { group, credit },
  async (model, system, { topic, group, credit }) => {
    const { session, disconnect } = await system.connect()
    const consumer = await subscribe(session, { topic, group, credit })
    const slot = model.join({ topic, group, position: 0 })
    system.members.set(slot, Object.assign(consumer, { session, disconnect }))
    if (model.isMember(slot, 'active')) await expectLease(model, system, slot)
  },
  (model) => model.members.size < 5,
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
  async ({ slot, member, topic, position, end }, model, system, count) => {
    if (end <= position) return
    const taken = await member.take(Math.min(position + count, end))
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
  async ({ member, state, position }) => {
    expect(await commit(member, state.epoch, position)).toBe('OK')
    state.committed = position
  },
)

/** Creates a command in which a member in this role commits with this epoch and offset. The broker must reject it. */
const rejectedCommit = (
  name: string,
  role: Role,
  code: ErrorCode,
  choose: (chosen: Chosen) => { readonly epoch: number; readonly next: number },
) =>
  memberCommand(name, role, nothing, async ({ member, ...chosen }) => {
    const { epoch, next } = choose({ member, ...chosen })
    if (next >= 0) expect(await commit(member, epoch, next)).toBe(code)
  })

const leave = memberCommand(
  'leave',
  'any',
  fc.constantFrom('UNSUBSCRIBE', 'disconnect'),
  async ({ slot, member }, model, system, how) => {
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
  async ({ slot, member, state, topic, group, position }, model, system, turns) => {
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
  rejectedCommit('commitBack', 'active', 'OFFSET_RANGE', ({ state: { epoch, committed } }) => {
    return { epoch, next: committed - 1 }
  }),
  rejectedCommit('commitAhead', 'active', 'OFFSET_RANGE', ({ state: { epoch }, end }) => {
    return { epoch, next: end + 1 }
  }),
  rejectedCommit('commitUnderOldEpoch', 'active', 'FENCED', ({ state, end }) => {
    return { epoch: state.epoch - 1, next: end }
  }),
  rejectedCommit('commitOnStandby', 'standby', 'NOT_ACTIVE', ({ state: { epoch }, end }) => {
    return { epoch, next: end }
  }),
  leave,
  commitAndDie,
]
