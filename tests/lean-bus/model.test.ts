import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { commands } from './model/commands.ts'
import { restart } from './model/crash.ts'
import { Model } from './model/model.ts'
import { System, type Options } from './model/system.ts'
import { SimulatedDisk } from './tools/simulated-disk.ts'

/** `SEED=… npx vitest run --project lean-bus model` repeats a run; the seed is in the report of a failure. */
const seeds = [1, Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))]

// Retention comes when a command says so, and no peer pings.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const options: fc.Arbitrary<Options> = fc.record({
  segmentBytes: fc.constantFrom(1, 400, 1500, 100_000),
  retainBytes: fc.constantFrom(1, 1000, 4000, 1_000_000),
})
const runs = options.chain((options) =>
  fc.tuple(fc.constant(options), fc.commands(commands(options), { maxCommands: 120, size: 'max' })),
)

/** Runs the commands against a broker, and once more looks at all of it after an orderly end. */
const holds = ({ syncs }: { syncs: boolean }) =>
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

test.each(seeds)('the bus does what its model does, through crashes (seed %i)', (seed) =>
  fc.assert(holds({ syncs: true }), { seed, numRuns: 250 }),
)

test('on a disk that keeps nothing of what was synced, the same commands find the loss', async () => {
  const found = fc.assert(holds({ syncs: false }), { seed: 1, numRuns: 300, endOnFailure: true })
  await expect(found).rejects.toThrow('Property failed')
})
