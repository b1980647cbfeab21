import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { busCheckNames } from '../../contracts/bus/run.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, nodeRuntimes, thisNode } from '../../contracts/process/runtimes.ts'
import type { Run } from '../../scripts/prove.ts'
import { formatRunName, variantsOf } from '../../scripts/prove/runs.ts'
import { readExample, type Example } from '../../src/model/examples/example.ts'
import { runCommand, unpack, type Workspace } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { expectPassed, expectTestResult } from './recorded.ts'

/** Runs all that is promised of the program of an example for the bus: in a file of its own for each, as most of it waits. */
export function describeBusExample(id: string): void {
  describe(id, () => testExample(readExample(id)))
}

function testExample(example: Example): void {
  const { commands, argv } = example.manifest
  const runs: Run[] = []
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await unpack(example)
    await runCommand(commands.install, workspace.directory, thisNode())
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  for (const runtime of nodeRuntimes()) {
    describeWith(`on ${runtime.name}`, runtime, (path) => {
      test(`passes its own tests: ${commands.test}`, () =>
        runCommand(commands.test, workspace.directory, { name: runtime.name, path }))
    })
  }

  for (const variant of variantsOf(example.manifest)) {
    describeWith(`contract, ${variant.name}`, variant.needs ?? { path: process.execPath }, () => {
      for (const runtime of nodeRuntimes()) {
        describeWith(`on ${runtime.name}`, runtime, (path) => {
          let run: Run
          beforeAll(async () => {
            const { directory } = workspace
            const node = { name: runtime.name, path }
            run = {
              ...(await variant.run({ directory, argv, runtime: node })),
              runtime: formatRunName(runtime, variant),
            }
            runs.push(run)
          })
          for (const name of busCheckNames) test(name, () => expectPassed(run.checks, name))
        })
      }
    })
  }

  test(`starts as shown to readers: ${commands.start}`, async () => {
    const { directory } = workspace
    await using program = await startProgram({
      argv: ['sh', '-c', commands.start],
      directory,
      env: environmentOf(thisNode()),
    })
    expect((await program.target.fetch('/health')).status).toBe(200)
  })

  test('the proof says of these very files what came of these runs', ({ skip }) => {
    expectTestResult(example, runs, skip)
  })

  const hasOptional = /"optional": true/.test(
    example.files.find(({ path }) => path === 'package-lock.json')?.text ?? '',
  )
  if (hasOptional) {
    test('meets the contract without optional packages too', async () => {
      await using bare = await unpack(example)
      const { directory } = bare
      await runCommand('npm ci --omit=optional', directory, thisNode())
      await runCommand(commands.test, directory, thisNode())
      const [variant] = variantsOf(example.manifest)
      const checks = (await variant?.run({ directory, argv, runtime: thisNode() }))?.checks ?? []
      expect(checks.length).toBeGreaterThan(0)
      expect(checks.filter(({ passed }) => !passed)).toEqual([])
    })
  }
}
