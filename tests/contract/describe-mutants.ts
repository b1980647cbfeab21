import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Check } from '../../contracts/check.ts'
import { checks as processChecks } from '../../contracts/http/process-checks.ts'
import { checks, quickChecks, record, type RecordedTarget } from '../../contracts/http/index.ts'
import { comparing } from '../../contracts/http/checks/openapi.ts'
import { errors } from '../../contracts/http/checks/problems.ts'
import type { ProcessTarget } from '../../contracts/process/checks.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { defaultRuntime, environmentOf, runtimesOf } from '../../contracts/process/runtimes.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { install, runCommand, type Workspace } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { mutate, type Mutant } from './mutate.ts'

/** Defines a test for each mutant of an HTTP example: the checks that it names must fail. */
export function describeMutants(id: string, mutants: readonly Mutant[]): void {
  const example = readExample(id)
  const { argv, commands, runtime: toolchain } = example.manifest
  const runtime = runtimesOf(toolchain).at(-1)
  vi.setConfig({ maxConcurrency: 2 })

  if (runtime) describeWith(`mutants of ${id}`, runtime, defineTests)

  function defineTests(): void {
    let workspace: Workspace

    beforeAll(async () => {
      workspace = await install(example)
    })
    afterAll(() => workspace[Symbol.asyncDispose]())

    test.concurrent.for(mutants)('the HTTP checks detect that $fault', async (mutant) => {
      const directory = await mutate(example.id, workspace.directory, mutant)
      // Cargo has to compile the change. The others run the source.
      if (toolchain === 'cargo') {
        await runCommand(commands.install, directory, defaultRuntime(toolchain))
      }
      const results = await runMutant(directory, mutant)
      const failed = results.filter(({ passed }) => !passed).map(({ name }) => name)
      expect(failed, 'checks that failed').toEqual(expect.arrayContaining([...mutant.fails]))
    })
  }

  /** Runs the checks that must fail. If one of them looks back at all answers, it runs all others too. */
  async function runMutant(directory: string, { fails }: Mutant): Promise<CheckResult[]> {
    const start: ProcessTarget['start'] = (env) =>
      startProgram({
        argv,
        directory,
        env: { ...environmentOf(defaultRuntime(toolchain)), ...env },
      })
    const named = <Target>(all: readonly Check<Target>[]) =>
      all.filter(({ name }) => fails.includes(name))
    const lookingBack: readonly Check<RecordedTarget>[] = [...errors, ...comparing]
    const wanted = named(lookingBack).length > 0 ? quickChecks : named(checks)

    const results = await runChecks(named(processChecks), { start })
    if (wanted.length > 0) {
      await using program = await start()
      results.push(...(await runChecks(wanted, record(program.target))))
    }
    return results
  }
}
