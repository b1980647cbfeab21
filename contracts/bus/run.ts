import { existsSync } from 'node:fs'
import { onDevBroker } from './adapters/kafka.ts'
import { overTcp } from './adapters/lean.ts'
import { checks as programChecks } from './process-checks.ts'
import { moduleOf, type Installed, type OpenStand, type Stand } from './stand.ts'
import { checks } from './index.ts'
import type { BusTarget } from './target.ts'
import type { Check } from '../check.ts'
import { startProgram } from '../process/program.ts'
import { runChecks, type CheckResult, type ContractResult } from '../run.ts'
import { environmentOf } from '../process/runtimes.ts'

export interface BusRun extends ContractResult {
  readonly runtime: string
}

/** All checks of the contract by name, in the order in which `runBusContract` makes them: the scenes, then the program. */
export const busCheckNames: readonly string[] = [...checks, ...programChecks].map(
  ({ name }) => name,
)

export interface BusOptions extends Installed {
  /** What its buses are run on: the broker that the example brings, unless another stand is given. */
  readonly stand?: OpenStand
  /** Called after each check, to show progress. */
  readonly onResult?: (result: CheckResult) => void
}

/**
 * Runs the scenes of the bus contract and the checks of the program against an example.
 *
 * @throws Error when what its buses are run on cannot be started
 */
export async function runBusContract(options: BusOptions): Promise<BusRun> {
  const { runtime, stand: open = standOf(options), onResult } = options
  await using stand = await open(options)
  const scenes = await runTogether(checks, stand.target, onResult)
  const program = await runProgramChecks(options, stand)
  return { runtime: runtime.name, checks: [...scenes, ...program], probes: [] }
}

/**
 * Runs scenes only, all at the same time: most of each is waiting for a lease to end.
 *
 * @param options.scenes all where they are left out
 */
export async function runScenes({
  scenes = checks,
  ...options
}: BusOptions & { readonly scenes?: readonly Check<BusTarget>[] }): Promise<CheckResult[]> {
  const { stand: open = standOf(options), onResult } = options
  await using stand = await open(options)
  return await runTogether(scenes, stand.target, onResult)
}

/** Runs the checks of the program only, on a stand that is there. */
export function runProgramChecks(
  { argv, directory, runtime, onResult }: BusOptions,
  stand: Pick<Stand, 'programEnv'>,
): Promise<CheckResult[]> {
  const start = (env: NodeJS.ProcessEnv = {}) =>
    startProgram({
      argv,
      directory,
      env: { ...environmentOf(runtime), ...stand.programEnv(), ...env },
    })
  return runTogether(programChecks, { start }, onResult)
}

/** The brokers that examples bring, known by the modules of their programs. */
const brought: Readonly<Record<string, OpenStand>> = {
  '../dev-broker/main': onDevBroker,
  'cli/run-broker': overTcp,
}

/** @throws Error when the example brings no broker */
function standOf(installed: Installed): OpenStand {
  for (const [name, stand] of Object.entries(brought)) {
    if (existsSync(moduleOf(installed, name))) return stand
  }
  const programs = Object.keys(brought).map((name) => moduleOf(installed, name))
  throw new Error(`The example brings no broker: there is no ${programs.join(' and no ')}.`)
}

/** Runs checks that do not disturb each other at the same time. The results are in the order of the checks. */
async function runTogether<Target>(
  list: readonly Check<Target>[],
  target: Target,
  onResult?: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results = await Promise.all(list.map((check) => runChecks([check], target, onResult)))
  return results.flat()
}
