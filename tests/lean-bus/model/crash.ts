import { setImmediate as turn } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { createRandom } from '../../../lab/random.ts'
import type { Delivered } from './consumer.ts'
import type { Model } from './model.ts'
import { after, commit, type Sent, type System } from './system.ts'

/** What is under way when the process dies. */
export interface Crash {
  /** Whether the power fails too, or the page cache survives. */
  readonly power: boolean
  readonly seed: number
  /** What is published, and by which producer if by any. */
  readonly publishes: readonly { topic: string; producer?: number; sizes: readonly number[] }[]
  /** Whether the members that hold a lease commit. */
  readonly isCommitting: boolean
  /** Whether retention is at work. */
  readonly isRetaining: boolean
  /** Of the event loop, until the process dies. */
  readonly turns: number
}

interface UnderWay {
  readonly sent: Sent
  readonly slot: number | undefined
  /** Once it is acknowledged. */
  offset: number | undefined
}

/** Lets the process die, starts it again, and compares all that is there then with what was promised. */
export async function crash(model: Model, system: System, options: Crash): Promise<void> {
  const publishes = beginPublishes(model, system, options)
  const commits = beginCommits(model, system, options)
  if (options.isRetaining) vi.advanceTimersByTime(1000)
  for (let i = 0; i < options.turns; i++) await turn()

  const seen = whatMembersSaw(model, system)
  if (options.power) system.disk.cutPower(createRandom(options.seed))
  else system.disk.kill()
  // From here on nothing is acknowledged: what an answer on its way says counts no more.
  const acknowledged = publishes.map((publish) => ({ ...publish }))
  const committed = commits.map((commit) => ({ ...commit }))
  await system.abandon()
  await system.open()

  for (const name of model.topics.keys()) {
    const mine = acknowledged.filter(({ sent }) => sent.topic === name)
    await reconcile(model, system, name, mine)
  }
  await expectSeen(system, seen)
  await reconcileGroups(model, system, committed)
  model.disconnected()
  await resendRecovered(model, system, acknowledged)
}

function beginPublishes(model: Model, system: System, { publishes }: Crash) {
  const sequences = new Map<string, { id: bigint; firstSeq: number }>()
  const underWay: UnderWay[] = []
  for (const { topic, producer: slot, sizes } of publishes) {
    if (!model.topics.has(topic)) continue
    let sent: Sent = { topic, records: model.records(sizes) }
    if (slot !== undefined) {
      const key = `${slot} ${topic}`
      const first = model.nextOf(topic, slot, sizes)
      const producer = sequences.get(key) ?? first.producer ?? { id: 0n, firstSeq: 0 }
      sent = { ...sent, producer }
      const firstSeq = producer.firstSeq + sizes.length
      sequences.set(key, { id: producer.id, firstSeq })
    }
    const entry: UnderWay = { sent, slot, offset: undefined }
    underWay.push(entry)
    void system.publish(sent, slot ?? 0).then(
      (offset) => (entry.offset = offset),
      () => undefined,
    )
  }
  return underWay
}

function beginCommits(model: Model, system: System, { isCommitting }: Crash) {
  const slots = [...model.members.keys()].filter((slot) => model.isMember(slot, 'active'))
  return (isCommitting ? slots : []).map((slot) => {
    const { topic, group, position, state } = model.member(slot)
    const entry = { topic, group, position, isStored: false }
    void commit(system.member(slot), state.epoch, position).then(
      (answer) => (entry.isStored = answer === 'OK'),
      () => undefined,
    )
    return entry
  })
}

function whatMembersSaw(model: Model, system: System) {
  return Array.from(system.members, ([slot, { inbox }]) => {
    return { topic: model.member(slot).topic, delivered: [...inbox] }
  })
}

/** Compares a topic with what was acknowledged, and takes over what was recovered beyond that. */
async function reconcile(model: Model, system: System, name: string, underWay: UnderWay[]) {
  const topic = model.topic(name)
  const { start, found } = await system.readAll(name)
  const before = model.end(name)
  let next = start
  for (const batch of found) {
    expect(batch.base, 'offsets go on without a gap').toBe(next)
    next = after(batch)
    const known = topic.batches.find(({ base }) => base === batch.base)
    if (known) expect(batch).toEqual(known)
    else expect(batch.base, 'it begins where no batch did').toBeGreaterThanOrEqual(before)
  }
  expect(next, 'what was acknowledged is lost').toBeGreaterThanOrEqual(before)

  const recovered = found.filter(({ base }) => base >= before)
  for (const slot of new Set(underWay.map((entry) => entry.slot))) {
    // Those of one connection: what was sent later cannot be there without what was sent before.
    const mine = underWay.filter((entry) => entry.slot === slot)
    const places = mine.map(({ sent }) =>
      recovered.find(({ records }) => records[0]?.key === sent.records[0]?.key),
    )
    const count = places.filter(Boolean).length
    for (const [i, place] of places.entries()) {
      const { sent, offset } = mine[i] as UnderWay
      if (offset !== undefined) expect(place?.base, 'it was acknowledged').toBe(offset)
      expect(place !== undefined, 'a later one was recovered without it').toBe(i < count)
      if (place) expect(place.records).toEqual(sent.records)
    }
    const bases = places.slice(0, count).map((place) => place?.base ?? -1)
    expect(bases).toEqual(bases.toSorted((a, b) => a - b))
  }
  const sent = new Set(underWay.map((entry) => entry.sent.records[0]?.key))
  expect(recovered.filter(({ records }) => !sent.has(records[0]?.key ?? ''))).toEqual([])
  expect(new Set(recovered.map(({ records }) => records[0]?.key)).size).toBe(recovered.length)

  topic.start = start
  rememberAgain(model, name, underWay, recovered)
}

/** The broker remembers of its producers what is in the log still. */
function rememberAgain(
  model: Model,
  name: string,
  underWay: UnderWay[],
  recovered: readonly { base: number; records: Sent['records'] }[],
) {
  const topic = model.topic(name)
  for (const { base, records } of recovered) {
    const entry = underWay.find(({ sent }) => sent.records[0]?.key === records[0]?.key)
    if (entry) model.stored(entry.sent, base, entry.slot)
  }
  for (const [slot, { id, sent }] of topic.producers) {
    const kept = sent.filter(({ offset }) => offset >= topic.start)
    if (kept.length > 0) topic.producers.set(slot, { id, sent: kept })
    else topic.producers.delete(slot)
  }
}

/** What any member was given is in the log for ever: no other record has its offset. */
async function expectSeen(system: System, seen: { topic: string; delivered: Delivered[] }[]) {
  for (const { topic, delivered } of seen) {
    const { start, found } = await system.readAll(topic)
    const records = found.flatMap(({ records }) => records)
    for (const { offset, record } of delivered) {
      if (offset >= start) expect(records[offset - start]).toEqual(record)
    }
  }
}

async function reconcileGroups(
  model: Model,
  system: System,
  commits: { topic: string; group: string; position: number; isStored: boolean }[],
) {
  for (const [key, state] of model.groups) {
    const [group = '', topic = ''] = key.split('/')
    const commit = commits.find((commit) => commit.group === group && commit.topic === topic)
    const { committed } = await system.stat(topic, group)
    const allowed = commit ? [commit.position] : [state.committed]
    if (commit && !commit.isStored) allowed.push(state.committed)
    expect(allowed).toContain(committed)
    state.committed = committed
  }
}

/** Who sends again what was recovered gets the offset that it has. */
async function resendRecovered(model: Model, system: System, underWay: readonly UnderWay[]) {
  for (const { sent, slot } of underWay) {
    if (slot === undefined) continue
    const known = model.topic(sent.topic).producers.get(slot)
    const taken = known?.sent.find((taken) => taken.sent === sent)
    if (!taken) continue
    expect(await system.publish(sent)).toBe(taken.offset)
  }
}

/** Ends the broker in order and starts it again: all is as it was, and nothing is torn. */
export async function restart(model: Model, system: System): Promise<void> {
  const before = system.warnings.length
  await system.close()
  await system.open()
  for (const name of model.topics.keys()) await reconcile(model, system, name, [])
  await reconcileGroups(model, system, [])
  model.disconnected()
  expect(system.warnings.slice(before)).toEqual([])
}
