import type { Check } from '../check.ts'
import { startProgram } from '../process/program.ts'
import { environmentOf } from '../process/runtimes.ts'
import { runChecks, type CheckResult, type ContractResult } from '../run.ts'
import { checks } from './index.ts'
import { checks as programChecks } from './process-checks.ts'
import type { BusTarget } from './target.ts'
import type { InstalledExample, OpenTestBed, TestBed } from './test-beds/test-bed.ts'

/** The names of all checks in the order of `runBusContract`: the scenes, then the checks of the program. */
export const busCheckNames: readonly string[] = [...checks, ...programChecks].map(
  ({ name }) => name,
)

export interface BusOptions extends InstalledExample {
  readonly openTestBed: OpenTestBed
  /** Called after each check, to show progress. */
  readonly onResult?: (result: CheckResult) => void
}

/**
 * Runs the scenes of the bus contract and the checks of the program against an example.
 *
 * @throws Error when the test bed cannot be opened
 */
export async function runBusContract(options: BusOptions): Promise<ContractResult> {
  await using resources = new AsyncDisposableStack()
  const testBed = await options.openTestBed(options, resources)
  const scenes = await runTogether(checks, testBed.target, options.onResult)
  const program = await runProgramChecks(options, testBed)
  return { checks: [...scenes, ...program], probes: [] }
}

/** Runs only these scenes, at the same time: most of each is waiting for a lease to end. */
export async function runScenes(
  options: BusOptions & { readonly scenes: readonly Check<BusTarget>[] },
): Promise<CheckResult[]> {
  await using resources = new AsyncDisposableStack()
  const { target } = await options.openTestBed(options, resources)
  return await runTogether(options.scenes, target, options.onResult)
}

/** Runs only the checks of the program, on an open test bed. */
export function runProgramChecks(
  { argv, directory, runtime, onResult }: Omit<BusOptions, 'openTestBed'>,
  { programEnv }: Pick<TestBed, 'programEnv'>,
): Promise<CheckResult[]> {
  const start = (env: NodeJS.ProcessEnv = {}) =>
    startProgram({ argv, directory, env: { ...environmentOf(runtime), ...programEnv(), ...env } })
  return runTogether(programChecks, { start }, onResult)
}

/** Runs independent checks at the same time. The results are in the order of the checks. */
async function runTogether<Target>(
  list: readonly Check<Target>[],
  target: Target,
  onResult?: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results = await Promise.all(list.map((check) => runChecks([check], target, onResult)))
  return results.flat()
}
