import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Check } from '../../contracts/check.ts'
import { checks as processChecks } from '../../contracts/http/process-checks.ts'
import { checkNames } from '../../contracts/http/run.ts'
import { checks, quickChecks, record, type RecordedTarget } from '../../contracts/http/index.ts'
import { comparing } from '../../contracts/http/checks/openapi.ts'
import { errors } from '../../contracts/http/checks/problems.ts'
import type { ProcessTarget } from '../../contracts/process/checks.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { install, type Workspace } from '../../src/model/examples/workspace.ts'
import { mutate, type Mutant } from './mutate.ts'
import { mutants } from './mutants.ts'

vi.setConfig({ maxConcurrency: 2 })

describe('every check can fail', () => {
  const example = readExample('express')
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await install(example)
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  test.concurrent.for(mutants)('the HTTP checks detect that $fault', async (mutant) => {
    const results = await runMutant(await mutate(example.id, workspace.directory, mutant), mutant)
    const failed = results.filter(({ passed }) => !passed).map(({ name }) => name)
    expect(failed, 'checks that failed').toEqual(expect.arrayContaining([...mutant.fails]))
  })

  test('each HTTP check fails for at least one mutant', () => {
    const failed = new Set(mutants.flatMap(({ fails }) => fails))
    expect([...failed].sort()).toEqual([...checkNames].sort())
  })

  /** Runs the checks that must fail. If one of them looks back at all answers, it runs all others too. */
  async function runMutant(directory: string, { fails }: Mutant): Promise<CheckResult[]> {
    const start: ProcessTarget['start'] = (env) =>
      startProgram({
        argv: example.manifest.argv,
        directory,
        env: { ...environmentOf(thisNode()), ...env },
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
})
