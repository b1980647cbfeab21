import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runScenes } from '../../contracts/bus/run.ts'
import { checks } from '../../contracts/bus/index.ts'
import { testBeds } from '../../contracts/bus/test-beds/index.ts'
import { thisNode } from '../../contracts/process/runtimes.ts'
import { examplesOf } from '../../src/model/examples/example.ts'
import { runCommand, unpack, type Workspace } from '../../src/model/examples/workspace.ts'
import { busMutants } from './bus-mutants.ts'
import { mutate } from './mutate.ts'

// Some are noticed only when a scene has waited for long: the others go on meanwhile.
vi.setConfig({ maxConcurrency: 6 })

describe.concurrent.each(examplesOf('bus'))('every scene can fail on $id', (example) => {
  const { adapter, argv, commands } = example.manifest
  const mutants = busMutants[example.id] ?? []
  const openTestBed = testBeds[adapter]
  const runtime = thisNode()
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await unpack(example)
    await runCommand(commands.install, workspace.directory, runtime)
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  for (const mutant of mutants) {
    test.concurrent(`noticed: ${mutant.fault}`, async () => {
      const directory = await mutate(example.id, workspace.directory, mutant)
      const scenes = checks.filter(({ name }) => mutant.fails.includes(name))
      const results = await runScenes({ directory, argv, runtime, scenes, openTestBed })
      expect(results.filter(({ passed }) => passed)).toEqual([])
      expect(results.map(({ name }) => name).sort()).toEqual([...mutant.fails].sort())
    })
  }

  test('each scene is failed by one of these faults', () => {
    const failed = new Set(mutants.flatMap(({ fails }) => fails))
    expect([...failed].sort()).toEqual(checks.map(({ name }) => name).sort())
  })

  // It is a program for Kafka's client.
  if (example.id === 'kafka') {
    test('the obvious program moves the group back', async () => {
      const { directory } = workspace
      const folder = join(directory, 'obvious')
      await cp(join(directory, 'src'), folder, { recursive: true })
      const obvious = fileURLToPath(new URL('obvious/bus.ts', import.meta.url))
      await cp(obvious, join(folder, 'bus.ts'))
      const results = await runScenes({
        directory,
        argv: ['node', 'obvious/main.ts'],
        runtime,
        openTestBed,
        scenes: checks.filter(({ name }) => name.includes('frozen beyond its lease')),
      })
      expect(results.map(({ error }) => error)).toEqual([
        expect.stringMatching(/^the group's committed offset .*expected 5, got \d \(moved back\)$/),
      ])
    })
  }
})
