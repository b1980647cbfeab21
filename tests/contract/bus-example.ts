import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { busCheckNames } from '../../contracts/bus/run.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, nodeRuntimes, thisNode } from '../../contracts/process/runtimes.ts'
import type { Run } from '../../scripts/prove.ts'
import { formatRunName, selectRuntimes, variantsOf } from '../../scripts/prove/runs.ts'
import { readExample, type Example } from '../../src/model/examples/example.ts'
import { install, runCommand, type Workspace } from '../../src/model/examples/workspace.ts'
import { withCompileCache } from '../tools/compile-cache.ts'
import { describeWith } from '../tools/describe-with.ts'
import { hasOptionalPackages } from './optional-packages.ts'
import { expectPassed, expectTestResult } from './recorded.ts'

/** Tests the program of a bus example. Each example has its own test file, because these tests wait most of the time. */
export function describeBusExample(id: string): void {
  describe(id, () => testExample(readExample(id)))
}

function testExample(example: Example): void {
  const { commands, argv } = example.manifest
  const variants = variantsOf(example.manifest)
  const runs: Run[] = []
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await install(example)
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  for (const runtime of nodeRuntimes()) {
    describeWith(`on ${runtime.name}`, runtime, (path) => {
      test('the example passes its own tests', () => {
        const { directory } = workspace
        return runCommand(
          commands.test,
          directory,
          withCompileCache({ name: runtime.name, path }, directory),
        )
      })
    })
  }

  for (const variant of variants) {
    describeWith(`contract, ${variant.name}`, variant.needs ?? { path: process.execPath }, () => {
      for (const runtime of selectRuntimes(variant, nodeRuntimes())) {
        describeWith(`on ${runtime.name}`, runtime, (path) => {
          let run: Run
          beforeAll(async () => {
            const { directory } = workspace
            const node = withCompileCache({ name: runtime.name, path }, directory)
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

  test('the start command shown to readers starts the example', async () => {
    await using program = await startProgram({
      argv: ['sh', '-c', commands.start],
      directory: workspace.directory,
      env: environmentOf(thisNode()),
    })
    expect((await program.target.fetch('/health')).status).toBe(200)
  })

  test('the recorded test result of these files matches these runs', ({ skip }) => {
    expectTestResult(example, runs, skip)
  })

  if (hasOptionalPackages(example)) {
    test('the example passes its tests without optional packages', async () => {
      await using bare = await install(example, 'npm ci --omit=optional')
      await runCommand(commands.test, bare.directory, thisNode())
    })
  }
}
