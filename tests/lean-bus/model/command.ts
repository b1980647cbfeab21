import fc from 'fast-check'
import { expect } from 'vitest'
import type { Model } from './model.ts'
import type { System } from './system.ts'

export type Command = fc.AsyncCommand<Model, System>

export const topic = fc.constantFrom('a', 'b')
/** One of three producers. Each has its own connection. */
export const producer = fc.nat(2)
/** Sizes of the values in a batch, in bytes. */
export const sizes = fc.array(fc.nat(120), { minLength: 1, maxLength: 4 })

/** Creates commands from parameters. `check` decides whether a command applies. After each command, bus and model must agree. */
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
      await expectAgreement(model, system)
    },
    toString: () => `${name}(${fc.stringify(given)})`,
  }))
}

export const always = () => true

export const nothing = fc.constant(undefined)

/** Creates commands on one of the topics. `check` decides on more than the existence of the topic. */
export const topicCommand = <T>(
  name: string,
  parameters: { [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (model: Model, system: System, parameters: T & { topic: string }) => Promise<void>,
  check: (model: Model, parameters: NoInfer<T> & { topic: string }) => boolean = always,
): fc.Arbitrary<Command> =>
  command(
    name,
    fc.record({ topic, ...parameters }) as fc.Arbitrary<T & { topic: string }>,
    (model, given) => model.topics.has(given.topic) && check(model, given),
    run,
  )

/** Expects that offsets, positions and leases are as in the model, and that the broker broke no rule of the protocol. */
async function expectAgreement(model: Model, system: System) {
  for (const [name, topic] of model.topics) {
    const { start, end } = await system.stat(name, 'none')
    expect(end).toBe(model.end(name))
    expect(start, 'the oldest offset moved back').toBeGreaterThanOrEqual(topic.start)
    expect([...topic.batches.map(({ base }) => base), end]).toContain(start)
    topic.start = start
  }
  for (const [key, { committed }] of model.groups) {
    const [group = '', topic = ''] = key.split('/')
    expect((await system.stat(topic, group)).committed).toBe(committed)
  }
  for (const [slot, { violations, lease }] of system.members) {
    expect(violations).toEqual([])
    expect(lease !== undefined).toBe(model.isMember(slot, 'active'))
  }
}
