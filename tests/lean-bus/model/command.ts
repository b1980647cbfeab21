import fc from 'fast-check'
import { expect } from 'vitest'
import type { Model } from './model.ts'
import type { System } from './system.ts'

export type Command = fc.AsyncCommand<Model, System>

export const topic = fc.constantFrom('a', 'b')
/** Of the values of the records of a batch, in bytes. */
export const sizes = fc.array(fc.nat(120), { minLength: 1, maxLength: 4 })

/** Turns parameters into commands: `check` says when one makes sense. After each, bus and model have to agree. */
export function command<T>(
  name: string,
  parameters: fc.Arbitrary<T>,
  check: (model: Model, parameters: T) => boolean,
  run: (model: Model, system: System, parameters: T) => Promise<void>,
): fc.Arbitrary<Command> {
  return parameters.map((given) => ({
    check: (model) => check(model as Model, given),
    async run(model, system) {
      await run(model, system, given)
      await agree(model, system)
    },
    toString: () => `${name}(${fc.stringify(given)})`,
  }))
}

export const always = () => true

export const hasTopic = (model: Model, { topic }: { topic: string }) => model.topics.has(topic)

/** What anybody can look up is what the model says, and nobody was sent what is not theirs. */
async function agree(model: Model, system: System) {
  for (const [name, topic] of model.topics) {
    const { start, end } = await system.stat(name, 'none')
    expect(end).toBe(model.end(name))
    expect(start, 'the oldest offset goes back').toBeGreaterThanOrEqual(topic.start)
    expect([...topic.batches.map(({ base }) => base), end]).toContain(start)
    topic.start = start
  }
  for (const [key, { committed }] of model.groups) {
    const [group = '', topic = ''] = key.split('/')
    expect((await system.stat(topic, group)).committed).toBe(committed)
  }
  for (const [slot, { faults, lease }] of system.members) {
    expect(faults).toEqual([])
    expect(lease !== undefined).toBe(model.isMember(slot, 'active'))
  }
}
