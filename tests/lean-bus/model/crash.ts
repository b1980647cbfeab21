import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { createRandom } from '../../../lab/random.ts'
import { producer, sizes, topic } from './command.ts'
import type { Delivered } from './consumer.ts'
import type { Model } from './model.ts'
import { commit, endOf, type Sent, type System } from './system.ts'

const slot = fc.option(producer, { nil: undefined, freq: 1 })

/** The operations that run when the process dies. */
export const anyCrash = fc.record({
  /** Whether the power fails too. Otherwise the page cache survives. */
  power: fc.boolean(),
  seed: fc.nat(),
  /** Batches that are published, some by an idempotent producer. */
  publishes: fc.array(fc.record({ topic, sizes, slot }), { maxLength: 8 }),
  /** Whether the active members commit. */
  isCommitting: fc.boolean(),
  /** Whether retention runs. */
  isRetaining: fc.boolean(),
  /** Turns of the event loop until the process dies. */
  turns: fc.nat(12),
})

type Crash = typeof anyCrash extends fc.Arbitrary<infer T> ? T : never

interface PendingPublish {
  readonly sent: Sent
  readonly slot: number | undefined
  /** undefined until the broker acknowledges the batch. */
  offset: number | undefined
}

/** Crashes the process, starts it again, and compares everything that the bus then holds with what it promised. */
export async function crash(model: Model, system: System, options: Crash): Promise<void> {
  const publishes = beginPublishes(model, system, options)
  const commits = beginCommits(model, system, options)
  if (options.isRetaining) vi.advanceTimersByTime(1000)
  for (let i = 0; i < options.turns; i++) await turn()

  const delivered = listDelivered(model, system)
  if (options.power) system.disk.cutPower(createRandom(options.seed))
  else system.disk.kill()
  // Answers that arrive from now on don't count.
  const acknowledged = publishes.map((publish) => ({ ...publish }))
  const committed = commits.map((commit) => ({ ...commit }))
  await system.abandon()
  await system.open()

  for (const name of model.topics.keys()) {
    const mine = acknowledged.filter(({ sent }) => sent.topic === name)
    await reconcile(model, system, name, mine)
  }
  await expectDelivered(system, delivered)
  await reconcileGroups(model, system, committed)
  model.disconnectAll()
  await resendRecovered(model, system, acknowledged)
}

function beginPublishes(model: Model, system: System, { publishes }: Crash) {
  const sequences = new Map<string, { id: bigint; firstSeq: number }>()
  const pending: PendingPublish[] = []
  for (const { topic, slot, sizes } of publishes) {
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
    const entry: PendingPublish = { sent, slot, offset: undefined }
    pending.push(entry)
    void system.publish(sent, slot ?? 0).then(
      (offset) => (entry.offset = offset),
      () => undefined,
    )
  }
  return pending
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

function listDelivered(model: Model, system: System) {
  return Array.from(system.members, ([slot, { inbox }]) => {
    return { topic: model.member(slot).topic, delivered: [...inbox] }
  })
}

/** Compares a topic with the acknowledged batches, and adds the recovered ones to the model. */
async function reconcile(model: Model, system: System, name: string, pending: PendingPublish[]) {
  const topic = model.topic(name)
  const { start, found } = await system.readAll(name)
  const before = model.end(name)
  let next = start
  for (const batch of found) {
    expect(batch.base, 'offsets have no gap').toBe(next)
    next = endOf(batch)
    const known = topic.batches.find(({ base }) => base === batch.base)
    if (known) expect(batch).toEqual(known)
    else expect(batch.base, 'a batch begins at an unknown offset').toBeGreaterThanOrEqual(before)
  }
  expect(next, 'an acknowledged batch is lost').toBeGreaterThanOrEqual(before)

  const recovered = found.filter(({ base }) => base >= before)
  for (const slot of new Set(pending.map((entry) => entry.slot))) {
    // Of the batches on one connection, a later one can't survive without the earlier ones.
    const mine = pending.filter((entry) => entry.slot === slot)
    const places = mine.map(({ sent }) =>
      recovered.find((batch) => firstKey(batch) === firstKey(sent)),
    )
    const count = places.filter(Boolean).length
    for (const [i, place] of places.entries()) {
      const { sent, offset } = mine[i] as PendingPublish
      if (offset !== undefined) expect(place?.base, 'the offset that was acknowledged').toBe(offset)
      expect(place !== undefined, 'a batch is missing before a recovered one').toBe(i < count)
      if (place) expect(place.records).toEqual(sent.records)
    }
    const bases = places.slice(0, count).map((place) => place?.base ?? -1)
    expect(bases).toEqual(bases.toSorted((a, b) => a - b))
  }
  const sent = new Set(pending.map((entry) => firstKey(entry.sent)))
  expect(recovered.filter((batch) => !sent.has(firstKey(batch)))).toEqual([])
  expect(new Set(recovered.map(firstKey)).size).toBe(recovered.length)

  topic.start = start
  restoreProducers(model, name, pending, recovered)
}

function firstKey({ records }: Pick<Sent, 'records'>): string {
  return String(records[0]?.key)
}

/** Forgets batches of producers that retention has deleted, as the broker does. */
function restoreProducers(
  model: Model,
  name: string,
  pending: PendingPublish[],
  recovered: readonly { base: number; records: Sent['records'] }[],
) {
  const topic = model.topic(name)
  for (const batch of recovered) {
    const entry = pending.find(({ sent }) => firstKey(sent) === firstKey(batch))
    if (entry) model.store(entry.sent, batch.base, entry.slot)
  }
  for (const [slot, { id, sent }] of topic.producers) {
    const kept = sent.filter(({ offset }) => offset >= topic.start)
    if (kept.length > 0) topic.producers.set(slot, { id, sent: kept })
    else topic.producers.delete(slot)
  }
}

/** Expects that each delivered record is still at its offset. */
async function expectDelivered(
  system: System,
  members: { topic: string; delivered: Delivered[] }[],
) {
  for (const { topic, delivered } of members) {
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

/** Sends recovered batches again. Each gets the offset that it already has. */
async function resendRecovered(model: Model, system: System, pending: readonly PendingPublish[]) {
  for (const { sent, slot } of pending) {
    if (slot === undefined) continue
    const known = model.topic(sent.topic).producers.get(slot)
    const taken = known?.sent.find((taken) => taken.sent === sent)
    if (!taken) continue
    expect(await system.publish(sent)).toBe(taken.offset)
  }
}

/** Stops the broker cleanly and starts it again. Nothing has changed, and there is no torn tail. */
export async function restart(model: Model, system: System): Promise<void> {
  const before = system.warnings.length
  await system.close()
  await system.open()
  for (const name of model.topics.keys()) await reconcile(model, system, name, [])
  await reconcileGroups(model, system, [])
  model.disconnectAll()
  expect(system.warnings.slice(before)).toEqual([])
}
