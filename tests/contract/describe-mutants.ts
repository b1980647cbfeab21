import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Check } from '../../contracts/check.ts'
import { checks as processChecks } from '../../contracts/http/process-checks.ts'
import { checks, quickChecks, record, type RecordedTarget } from '../../contracts/http/index.ts'
import { comparing } from '../../contracts/http/checks/openapi.ts'
import { errors } from '../../contracts/http/checks/problems.ts'
import type { ProcessTarget } from '../../contracts/process/checks.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { runChecks } from '../../contracts/run.ts'
import { defaultRuntime, environmentOf, runtimesOf } from '../../contracts/process/runtimes.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, type Workspace } from '../../src/model/examples/workspace.ts'
import { withCompileCache } from '../tools/compile-cache.ts'
import { describeWith } from '../tools/describe-with.ts'
import { installCached } from '../tools/install-cached.ts'
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
    let failedTogether: string[] | undefined

    beforeAll(async () => {
      workspace = await installCached(example)
      if (toolchain !== 'cargo') return
      // Cargo compiles for seconds, so one program has all faults. No two of them may change the same check.
      const [first = expect.unreachable(), ...others] = mutants
      const directory = await mutate(id, workspace.directory, first, ...others)
      await runCommand(commands.install, directory, defaultRuntime(toolchain))
      failedTogether = await findFailed(
        directory,
        mutants.flatMap(({ fails }) => fails),
      )
    })
    afterAll(() => workspace[Symbol.asyncDispose]())

    test.concurrent.for(mutants)('the HTTP checks detect that $fault', async (mutant) => {
      const failed =
        failedTogether ??
        (await findFailed(await mutate(id, workspace.directory, mutant), mutant.fails))
      expect(failed, 'checks that failed').toEqual(expect.arrayContaining([...mutant.fails]))
    })
  }

  /**
   * Runs the checks with these names, and returns the names of those that fail. If one of them looks back at all answers, it
   * runs all others too.
   */
  async function findFailed(directory: string, names: readonly string[]): Promise<string[]> {
    // All copies have the same packages.
    const cached = withCompileCache(defaultRuntime(toolchain), directory)
    const start: ProcessTarget['start'] = (env) =>
      startProgram({ argv, directory, env: { ...environmentOf(cached), ...env } })
    const isNamed = ({ name }: Check<never>) => names.includes(name)
    const lookingBack: readonly Check<RecordedTarget>[] = [...errors, ...comparing]
    const looksBack = lookingBack.some(isNamed)
    const wanted = checks.filter(
      (check) => isNamed(check) || (looksBack && quickChecks.includes(check)),
    )

    const results = await runChecks(processChecks.filter(isNamed), { start })
    if (wanted.length > 0) {
      await using program = await start()
      results.push(...(await runChecks(wanted, record(program.target))))
    }
    return results.filter(({ passed }) => !passed).map(({ name }) => name)
  }
}
