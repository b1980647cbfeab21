import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openLog } from '../../examples/lean-bus/src/log/log.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { encodeBatch } from '../../examples/lean-bus/src/protocol/format.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { flipBits, readFiles, type LogFiles } from '../../lab/crash/flips.ts'
import type { Kind } from '../../lab/crash/record.ts'
import { makeRecord } from '../../lab/crash/records.ts'
import { createRig } from '../../lab/crash/rig.ts'
import { runCrashes } from '../../lab/crash/run.ts'
import { exampleSource } from '../../lab/lean-bus.ts'
import { createRandom } from '../../lab/random.ts'
import { mutate } from '../contract/mutate.ts'
import { crashMutants, flipMutants, type CrashMutant } from './crash-mutants.ts'

vi.setConfig({ maxConcurrency: 2 })

/** Differs in each run. `CRASH_SEED` repeats the random choices of an earlier one. */
const seed = Number(process.env['CRASH_SEED'] || Date.now() % 1_000_000)

/** Events that 120 rounds may miss. */
const rare = ['truncationsUndone', 'deletionsUndone']

test(
  `120 crashes break no promise of the lean bus (seed ${seed})`,
  { timeout: 600_000 },
  async () => {
    const run = await runCrashes({ seed, rounds: 120 })
    expect(run.told).toEqual([])
    expect(run).toMatchObject({ rounds: 120, lost: 0, reordered: 0, duplicated: 0 })
    expect(run.controlLost, 'lost without fsync').toBeGreaterThan(0)
    const { tried, refused, truncatedTail, served } = run.flips
    expect([served, refused + truncatedTail]).toEqual([0, tried])
    const reached = { acknowledged: run.acknowledged, refused, truncatedTail, ...run.kinds }
    for (const [event, times] of Object.entries({ ...reached, ...run.seen })) {
      if (!rare.includes(event)) expect(times, event).toBeGreaterThan(0)
    }
  },
)

const runScript = (...args: string[]) =>
  execa(process.execPath, ['scripts/lab.ts', 'crash', ...args], { reject: false })

test(
  'crash --json prints the totals, and only them, as its last line',
  { timeout: 120_000 },
  async () => {
    const { stdout, stderr, exitCode } = await runScript('--rounds', '3', '--seed', '7', '--json')
    expect(stderr).toBe('')
    const totals = JSON.parse(stdout.split('\n').at(-1) ?? '')
    expect(totals).toMatchObject({ seed: 7, rounds: 3, lost: 0, reordered: 0, duplicated: 0 })
    const names = [
      'seed',
      'rounds',
      'acknowledged',
      'lost',
      'reordered',
      'duplicated',
      'controlLost',
    ]
    expect(Object.keys(totals)).toEqual([...names, 'flips'])
    expect(Object.keys(totals.flips)).toEqual(['tried', 'refused', 'truncatedTail', 'served'])
    expect(exitCode).toBe(0)
  },
)

test('crash rejects an invalid number of rounds and names the option', async () => {
  const { stderr, exitCode } = await runScript('--rounds', 'many')
  expect([stderr, exitCode]).toEqual(['--rounds many: give a whole number from 1 on', 1])
})

let folder: string
/** A copy of the example that mutants are made from. */
let original: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-mutants-'))
  original = join(folder, 'lean-bus')
  cpSync(exampleSource, join(original, 'src'), { recursive: true })
  cpSync(join(exampleSource, '../package.json'), join(original, 'package.json'))
})
afterAll(() => rm(folder, { recursive: true }))

const createSource = async (mutant: CrashMutant) =>
  join(await mutate('lean-bus', original, mutant), 'src')

test.concurrent.for(crashMutants.map((mutant, number) => ({ ...mutant, number })))(
  'crashes reveal this bug: $fault',
  { timeout: 240_000 },
  async (mutant) => {
    const source = await createSource(mutant)
    const kinds = mutant.kinds ?? (['power', 'kill', 'power', 'fault'] as const)
    const crash = (rounds: number, attempt: number) => {
      const rig = createRig({
        // A short path, because the broker puts a socket below it.
        folder: join(folder, `rig-${mutant.number}-${attempt}`),
        source,
        cache: join(folder, 'cache'),
        syncs: true,
        label: `${seed}/${mutant.fault}/${attempt}`,
      })
      const planned = Array.from(
        { length: rounds },
        (_, i): Kind => kinds[i % kinds.length] ?? 'power',
      )
      return rig
        .run(planned, () => {})
        .then(
          () => rig.violations.messages.join('\n'),
          (error: Error) => error.message,
        )
    }
    // A run ends at the first broken promise. Some bugs show only in the first rounds, when folders are created, and others after
    // many, so two short runs come before a long one.
    let report = ''
    for (const [attempt, rounds] of [60, 60, 1000].entries()) {
      report ||= await crash(rounds, attempt)
    }
    expect(report, `seed ${seed}`).toMatch(mutant.report)
  },
)

test.for(flipMutants)('flipped bits reveal this bug: $fault', async (mutant) => {
  const random = createRandom(seed, mutant.fault)
  const flips = flipBits(await writeLog(), 500, random, await createSource(mutant))
  const report = await flips.then(
    ({ served }) => `${served} served`,
    (error: Error) => error.message,
  )
  expect(report, `seed ${seed}`).toMatch(mutant.report)
})

test('a flipped bit in a segment is refused, or cut off with the last group', async () => {
  const flips = await flipBits(await writeLog(), 1000, createRandom(seed), exampleSource)
  expect(flips).toMatchObject({ tried: 1000, served: 0 })
  expect(flips.refused).toBeGreaterThan(0)
  expect(flips.truncatedTail).toBeGreaterThan(0)
})

test('a clean marker with a flipped bit counts as no marker', async () => {
  const files = await writeLog()
  const marker = files.get('clean') ?? expect.fail('the log has no marker')
  for (let bit = 0; bit < marker.length * 8; bit++) {
    const changed = Buffer.from(marker)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const folder = memoryFolder()
    for (const [name, bytes] of new Map(files).set('clean', changed)) {
      await (await folder.create(name)).write(bytes, 0)
    }
    const log = await openLog(folder)
    expect(log.durableEnd()).toBe(60n)
  }
})

/** Writes a log of several segments and groups, and closes it cleanly. */
async function writeLog(): Promise<LogFiles> {
  const folder = memoryFolder()
  const log = await openLog(folder, { segmentBytes: 3000 })
  for (let sequence = 0; sequence < 60; sequence += 3) {
    const group = [0, 1, 2].map((i) => makeRecord({ producer: 'p', sequence: sequence + i }))
    await Promise.all(group.map((record) => log.append(encodeBatch([encodeRecord(record)]))))
  }
  await log.close()
  return readFiles(folder)
}
