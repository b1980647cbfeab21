import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkNames, runHttpContract, type HttpRun } from '../../contracts/http/run.ts'
import { quickChecks, record } from '../../contracts/http/index.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { defaultRuntime, environmentOf, runtimesOf } from '../../contracts/process/runtimes.ts'
import { readExample, type Example } from '../../src/model/examples/example.ts'
import { install, runCommand, type Workspace } from '../../src/model/examples/workspace.ts'
import { withCompileCache } from '../tools/compile-cache.ts'
import { describeWith } from '../tools/describe-with.ts'
import { describeHostileInput } from './hostile.ts'
import { hasOptionalPackages } from './optional-packages.ts'
import { expectPassed, expectTestResult, findRecordedRun, describeStaleResult } from './recorded.ts'

/** Runs everything that the site promises about an HTTP example. Each example has its own file, because the checks mostly wait. */
export function describeHttpExample(id: string): void {
  const example = readExample(id)
  const runtime = runtimesOf(example.manifest.runtime).at(-1)
  if (runtime) describeWith(id, runtime, () => testExample(example))
}

function testExample(example: Example): void {
  const { commands, argv, runtime: toolchain } = example.manifest
  const env = environmentOf(defaultRuntime(toolchain))
  const runs: HttpRun[] = []
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await install(example)
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  for (const found of runtimesOf(toolchain)) {
    describeWith(`on ${found.name}`, found, (path) => {
      const runtime = { ...found, path }
      let run: HttpRun

      test('the example passes its own tests', () =>
        runCommand(commands.test, workspace.directory, runtime))

      describe('contract', () => {
        beforeAll(async () => {
          const { directory } = workspace
          const cached = withCompileCache(runtime, directory)
          run = await runHttpContract({ directory, argv, runtime: cached })
          runs.push(run)
        })
        for (const name of checkNames) test(name, () => expectPassed(run.checks, name))
        test('the probes get the recorded answers', ({ skip }) => {
          const recorded = findRecordedRun(example, runtime.name, skip)
          expect(run.probes, describeStaleResult(example)).toEqual(recorded.probes)
        })
      })
    })
  }

  test('the example starts with the command shown to readers', async () => {
    const { directory } = workspace
    await using program = await startProgram({
      argv: ['sh', '-c', commands.start],
      directory,
      env,
    })
    expect((await program.target.fetch('/health')).status).toBe(200)
  })

  test('the recorded test result matches these files and these runs', ({ skip }) => {
    expectTestResult(example, runs, skip)
  })

  if (hasOptionalPackages(example)) {
    describe('without optional packages', () => {
      let results: CheckResult[]

      beforeAll(async () => {
        await using bare = await install(example, 'npm ci --omit=optional')
        await runCommand(commands.test, bare.directory, defaultRuntime(toolchain))
        const { directory } = bare
        await using program = await startProgram({ argv, directory, env })
        results = await runChecks(quickChecks, record(program.target))
      })
      for (const { name } of quickChecks) test(name, () => expectPassed(results, name))
    })
  }

  describeHostileInput(() => {
    const { directory } = workspace
    return startProgram({ argv, directory, env })
  })
}
