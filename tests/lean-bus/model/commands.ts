import fc from 'fast-check'
import { expect, vi } from 'vitest'
import {
  always,
  command,
  nothing,
  producer,
  sizes,
  topic,
  topicCommand,
  type Command,
} from './command.ts'
import { anyCrash, crash, restart } from './crash.ts'
import { memberCommands } from './member-commands.ts'
import type { Model } from './model.ts'
import { endOf, requestCode, type Options } from './system.ts'

/** Batches that are published at the same time. */
const batches = fc.array(sizes, { minLength: 2, maxLength: 8 })

const create = command('create', topic, always, async (model, system, name) => {
  await system.create(name)
  if (model.topics.has(name)) return
  model.topics.set(name, { batches: [], start: 0, producers: new Map() })
})

const publish = topicCommand('publish', { sizes }, async (model, system, { topic, sizes }) => {
  const sent = { topic, records: model.records(sizes) }
  const offset = await system.publish(sent)
  expect(offset).toBe(model.end(topic))
  model.store(sent, offset)
})

const publishConcurrently = topicCommand(
  'publishConcurrently',
  { batches },
  async (model, system, { topic, batches }) => {
    const sent = batches.map((sizes, i) => {
      return { topic, records: model.records(sizes), connection: i % 3 }
    })
    const offsets = await Promise.all(sent.map((one) => system.publish(one, one.connection)))
    const before = model.end(topic)
    for (const [i, one] of sent.entries()) model.store(one, offsets[i] ?? -1)
    let next = before
    for (const batch of model.topic(topic).batches.filter(({ base }) => base >= before)) {
      expect(batch.base, 'offsets have no gap').toBe(next)
      next = endOf(batch)
    }
    for (const connection of [0, 1, 2]) {
      const mine = offsets.filter((_offset, i) => i % 3 === connection)
      expect(mine).toEqual(mine.toSorted((a, b) => a - b))
    }
  },
)

const publishIdempotently = topicCommand(
  'publishIdempotently',
  { producer, sizes },
  async (model, system, { topic, producer, sizes }) => {
    const sent = model.nextOf(topic, producer, sizes)
    const offset = await system.publish(sent, producer)
    expect(offset).toBe(model.end(topic))
    model.store(sent, offset, producer)
  },
)

const isKnown = (model: Model, { topic, producer }: { topic: string; producer: number }) =>
  model.topics.get(topic)?.producers.has(producer) ?? false

const resend = topicCommand(
  'resend',
  { producer, back: fc.nat(4) },
  async (model, system, { topic, producer, back }) => {
    const known = model.topic(topic).producers.get(producer)?.sent ?? []
    const again = known.at(-1 - Math.min(back, known.length - 1))
    if (!again) throw new Error('The model knows no batch')
    expect(await system.publish(again.sent, producer)).toBe(again.offset)
  },
  isKnown,
)

const leaveGap = topicCommand(
  'leaveGap',
  { producer, sizes },
  async (model, system, { topic, producer, sizes }) => {
    const next = model.nextOf(topic, producer, sizes)
    const { id, firstSeq } = next.producer ?? { id: 0n, firstSeq: 0 }
    const sent = { ...next, producer: { id, firstSeq: firstSeq + 1 } }
    expect(await requestCode(system.publish(sent, producer))).toBe('OUT_OF_ORDER_SEQ')
  },
  isKnown,
)

const read = topicCommand(
  'read',
  { place: fc.integer({ min: -3, max: 103 }), bytes: fc.nat(2000) },
  async (model, system, { topic, place, bytes }) => {
    const { start, batches } = model.topic(topic)
    const end = model.end(topic)
    // `place` is a percentage of the log. Below 0 and above 100, it is a distance from the start or the end.
    const within = start + Math.floor(((end - start) * place) / 100)
    const offset = place < 0 ? start + place : place > 100 ? end + place - 100 : within
    if (offset < 0) return
    if (offset < start || offset > end) {
      expect(await requestCode(system.read(topic, offset, bytes))).toBe('OFFSET_RANGE')
      return
    }
    const found = await system.read(topic, offset, bytes)
    const first = batches.findIndex((batch) => endOf(batch) > offset)
    expect(found.length > 0).toBe(offset < end)
    expect(found).toEqual(first === -1 ? [] : batches.slice(first, first + found.length))
  },
)

const retain = (options: Options) =>
  command('retain', nothing, always, async (model, system) => {
    vi.advanceTimersByTime(1000)
    await system.disk.idle()
    for (const name of model.topics.keys()) {
      const segments = system.disk.sizes(name).filter((file) => file.name.endsWith('.log'))
      const withoutOldest = segments.slice(1).reduce((sum, { size }) => sum + size, 0)
      if (segments.length > 1) expect(withoutOldest).toBeLessThan(options.retainBytes)
      const { start } = await system.stat(name, 'none')
      if (start === model.topic(name).start) continue
      const kept = segments.reduce((sum, { size }) => sum + size, 0)
      expect(kept).toBeGreaterThanOrEqual(options.retainBytes)
    }
  })

/** All commands. Duplicates make a command more frequent. */
export const commands = (options: Options): fc.Arbitrary<Command>[] => [
  create,
  publish,
  publish,
  publishConcurrently,
  publishConcurrently,
  publishIdempotently,
  publishIdempotently,
  resend,
  leaveGap,
  read,
  read,
  ...memberCommands,
  ...memberCommands,
  retain(options),
  command('restart', nothing, always, restart),
  command('crash', anyCrash, always, crash),
]
