import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeBatch } from '../../examples/lean-bus/src/protocol/format.ts'
import { openLog } from '../../examples/lean-bus/src/log/log.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { exampleSource } from '../../lab/crash/broker.ts'
import { flipBits, readFiles, type LogFiles } from '../../lab/crash/flips.ts'
import { createRandom } from '../../lab/random.ts'
import type { Kind } from '../../lab/crash/record.ts'
import { recordOf } from '../../lab/crash/records.ts'
import { createRig } from '../../lab/crash/rig.ts'
import { runCrashes } from '../../lab/crash/run.ts'
import { mutate } from '../contract/mutate.ts'
import { crashFaults, flipFaults, type Fault } from './crash-mutants.ts'

vi.setConfig({ maxConcurrency: 2 })

/** Others each time: `CRASH_SEED` makes the same random choices again. */
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000)

/** Too rare to be sure of in 200 rounds. */
const rare = ['truncationsUndone', 'deletionsUndone']

test(`200 rounds break no promise, seed ${seed}`, { timeout: 600_000 }, async () => {
  const run = await runCrashes({ seed, rounds: 200 })
  expect(run.told).toEqual([])
  expect(run).toMatchObject({ rounds: 200, lost: 0, reordered: 0, duplicated: 0 })
  expect(run.controlLost, 'lost without fsync').toBeGreaterThan(0)
  const { tried, refused, truncatedTail, served } = run.flips
  expect([served, refused + truncatedTail]).toEqual([0, tried])
  const reached = { acknowledged: run.acknowledged, refused, truncatedTail, ...run.kinds }
  for (const [what, times] of Object.entries({ ...reached, ...run.seen })) {
    if (!rare.includes(what)) expect(times, what).toBeGreaterThan(0)
  }
})

function runScript(...args: readonly string[]) {
  return spawnSync(process.execPath, ['scripts/crash.ts', ...args], { encoding: 'utf8' })
}

test('the last line of --json holds the totals, and no more', { timeout: 120_000 }, () => {
  const { stdout, stderr, status } = runScript('--rounds', '3', '--seed', '7', '--json')
  expect(stderr).toBe('')
  const totals = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  expect(totals).toMatchObject({ seed: 7, rounds: 3, lost: 0, reordered: 0, duplicated: 0 })
  const names = ['seed', 'rounds', 'acknowledged', 'lost', 'reordered', 'duplicated', 'controlLost']
  expect(Object.keys(totals)).toEqual([...names, 'flips'])
  expect(Object.keys(totals.flips)).toEqual(['tried', 'refused', 'truncatedTail', 'served'])
  expect(status).toBe(0)
})

test('a number that is none is refused by its name', () => {
  const { stderr, status } = runScript('--rounds', 'many')
  expect([stderr, status]).toEqual(['--rounds many: give a whole number from 1 on\n', 1])
})

describe('the laboratory finds', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'crash-mutants-'))
    cpSync(exampleSource, join(folder, 'src'), { recursive: true })
    cpSync(join(exampleSource, '../package.json'), join(folder, 'package.json'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const sourceOf = async (fault: Fault) => join(await mutate('lean-bus', folder, fault), 'src')

  for (const [number, fault] of crashFaults.entries()) {
    test.concurrent(fault.fault, { timeout: 240_000 }, async () => {
      const source = await sourceOf(fault)
      const rig = createRig({
        // Short, as the path of a socket below it has to be.
        folder: join(folder, `rig-${number}`),
        source,
        cache: join(folder, 'cache'),
        syncs: true,
        label: `${seed}/${fault.fault}`,
      })
      const kinds = ['power', 'kill', 'power', 'fault'] as const
      // It ends at the first broken promise, which takes the longer to come the less of the machine is free.
      const planned = Array.from({ length: 1000 }, (_none, i): Kind => kinds[i % 4] ?? 'power')
      const told = await rig
        .run(planned, () => {})
        .then(
          () => rig.breaches.told.join('\n'),
          (error: Error) => error.message,
        )
      expect(told, `seed ${seed}`).toMatch(fault.says)
    })
  }

  for (const fault of flipFaults) {
    test(fault.fault, async () => {
      const random = createRandom(seed, fault.fault)
      const flips = flipBits(await writtenLog(), 500, random, await sourceOf(fault))
      const told = await flips.then(
        ({ served }) => `${served} served`,
        (error: Error) => error.message,
      )
      expect(told, `seed ${seed}`).toMatch(fault.says)
    })
  }
})

describe('turned bits', () => {
  test('in the segments are refused, or in the last group cut off', async () => {
    const flips = await flipBits(await writtenLog(), 1000, createRandom(seed), exampleSource)
    expect(flips).toMatchObject({ tried: 1000, served: 0 })
    expect(flips.refused).toBeGreaterThan(0)
    expect(flips.truncatedTail).toBeGreaterThan(0)
  })

  test('in the clean marker are as if there were none', async () => {
    const files = await writtenLog()
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
})

/** A log of several segments and groups, closed in order. */
async function writtenLog(): Promise<LogFiles> {
  const folder = memoryFolder()
  const log = await openLog(folder, { segmentBytes: 3000 })
  for (let sequence = 0; sequence < 60; sequence += 3) {
    const group = [0, 1, 2].map((i) => recordOf({ producer: 'p', sequence: sequence + i }))
    await Promise.all(group.map((record) => log.append(encodeBatch([encodeRecord(record)]))))
  }
  await log.close()
  return readFiles(folder)
}
