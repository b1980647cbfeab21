import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checks } from '../../contracts/bus/index.ts'
import { runScenes, type BusOptions } from '../../contracts/bus/run.ts'
import { testBeds } from '../../contracts/bus/test-beds/index.ts'
import { thisNode } from '../../contracts/process/runtimes.ts'
import { examplesOf } from '../../src/model/examples/example.ts'
import type { Workspace } from '../../src/model/examples/workspace.ts'
import { withCompileCache } from '../tools/compile-cache.ts'
import { installCached } from '../tools/install-cached.ts'
import { busMutants } from './bus-mutants.ts'
import { mutate } from './mutate.ts'

// A scene detects some mutants only after a long wait, so several mutants run at the same time.
vi.setConfig({ maxConcurrency: 6 })

describe.concurrent.each(examplesOf('bus'))('mutants of $id', (example) => {
  const { adapter, argv } = example.manifest
  const mutants = busMutants[example.id] ?? []
  let workspace: Workspace
  let options: Omit<BusOptions, 'directory'>

  beforeAll(async () => {
    workspace = await installCached(example)
    const runtime = withCompileCache(thisNode(), workspace.directory)
    options = { argv, runtime, openTestBed: testBeds[adapter] }
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  test.concurrent.for(mutants)('the scenes detect that $fault', async (mutant) => {
    const directory = await mutate(example.id, workspace.directory, mutant)
    const scenes = checks.filter(({ name }) => mutant.fails.includes(name))
    const results = await runScenes({ ...options, directory, scenes })
    expect(results.filter(({ passed }) => passed)).toEqual([])
    expect(results.map(({ name }) => name).sort()).toEqual([...mutant.fails].sort())
  })

  test('each scene fails for at least one mutant', () => {
    const failed = new Set(mutants.flatMap(({ fails }) => fails))
    expect([...failed].sort()).toEqual(checks.map(({ name }) => name).sort())
  })

  // `obvious/bus.ts` uses Kafka's client.
  if (adapter === 'kafka') {
    test('the obvious Kafka program moves the committed offset of its group back', async () => {
      const { directory } = workspace
      const folder = join(directory, 'obvious')
      await cp(join(directory, 'src'), folder, { recursive: true })
      const obvious = fileURLToPath(new URL('obvious/bus.ts', import.meta.url))
      await cp(obvious, join(folder, 'bus.ts'))
      const results = await runScenes({
        ...options,
        directory,
        argv: ['node', 'obvious/main.ts'],
        scenes: checks.filter(({ name }) => name.includes('frozen beyond its lease')),
      })
      expect(results.map(({ error }) => error)).toEqual([
        expect.stringMatching(/^the group's committed offset .*expected 5, got \d \(moved back\)$/),
      ])
    })
  }
})
