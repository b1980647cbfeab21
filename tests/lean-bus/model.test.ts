import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { commands } from './model/commands.ts'
import { restart } from './model/crash.ts'
import { Model } from './model/model.ts'
import { System, type Options } from './model/system.ts'
import { SimulatedDisk } from './tools/simulated-disk.ts'

/** `SEED=… npx vitest run --project lean-bus model` repeats a run. The report of a failure names the seed. */
const seeds = [1, Number(process.env['SEED'] || Math.trunc(Math.random() * 2 ** 31))]

// Retention runs only when a command says so, and no client pings.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const options: fc.Arbitrary<Options> = fc.record({
  segmentBytes: fc.constantFrom(1, 400, 1500, 100_000),
  retainBytes: fc.constantFrom(1, 1000, 4000, 1_000_000),
})
const runs = options.chain((options) =>
  fc.tuple(fc.constant(options), fc.commands(commands(options), { maxCommands: 120, size: 'max' })),
)

/** Runs the commands on a broker, and compares everything once more after a clean restart. */
const agrees = ({ syncs }: { syncs: boolean }) =>
  fc.asyncProperty(runs, async ([options, commands]) => {
    const model = new Model()
    const system = new System(options, new SimulatedDisk({ syncs }))
    await system.open()
    try {
      await fc.asyncModelRun(() => ({ model, real: system }), commands)
      await restart(model, system)
    } finally {
      await system.close().catch(() => undefined)
    }
  })

test.each(seeds)('the bus agrees with its model after any commands and crashes (seed %i)', (seed) =>
  fc.assert(agrees({ syncs: true }), { seed, numRuns: 250 }),
)

test('the model test finds the loss on a disk that ignores syncs', async () => {
  const found = fc.assert(agrees({ syncs: false }), { seed: 1, numRuns: 300, endOnFailure: true })
  await expect(found).rejects.toThrow('Property failed')
})
