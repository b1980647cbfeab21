import { dirname, extname, join } from 'node:path'
import { kafkaTarget } from './bus-kafka.ts'
import { startDevBroker } from './bus-process/dev-broker.ts'
import { checks as programChecks } from './bus-program.ts'
import { checks } from './bus.ts'
import type { BusTarget } from './bus/target.ts'
import type { Check } from './contract.ts'
import { startProgram } from './program.ts'
import { runChecks, type CheckResult, type ContractResult } from './run.ts'
import { environmentOf, type Runtime } from './runtimes.ts'

export interface BusRun extends ContractResult {
  readonly runtime: string
}

/** All checks of the contract by name, in the order in which `runBusContract` makes them: the scenes, then the program. */
export const busCheckNames: readonly string[] = [...checks, ...programChecks].map(
  ({ name }) => name,
)

export interface BusOptions {
  /** Where the example lies, installed. */
  readonly directory: string
  /** The program and its arguments; its modules lie beside it, in `src` or `dist`. */
  readonly argv: readonly string[]
  readonly runtime: Runtime
  /** `host:port` of a cluster; without it the example's own dev broker is started. */
  readonly brokers?: readonly string[]
  /** The lease of members, in milliseconds; 6000 where it is left out. */
  readonly leaseMs?: number
  /** Which scenes are played: all where they are left out. */
  readonly scenes?: readonly Check<BusTarget>[]
  /** Called after each check, to show progress. */
  readonly onResult?: (result: CheckResult) => void
}

/**
 * Runs the scenes of the bus contract and the checks of the program against an example.
 *
 * @throws Error when the dev broker cannot be started
 */
export async function runBusContract(options: BusOptions): Promise<BusRun> {
  const { directory, argv, runtime, brokers, onResult } = options
  const results = await runScenes(options)
  const start = (env: NodeJS.ProcessEnv = {}) =>
    startProgram({
      argv,
      directory,
      env: { ...environmentOf(runtime), KAFKA_BROKERS: brokers?.join() ?? '', ...env },
    })
  const programResults = await runTogether(programChecks, { start }, onResult)
  return { runtime: runtime.name, checks: [...results, ...programResults], edges: [] }
}

/** Runs the scenes only, all at the same time: most of each is waiting for a lease to end. */
export async function runScenes(options: BusOptions): Promise<CheckResult[]> {
  const { directory, argv, runtime, leaseMs, scenes = checks, onResult } = options
  const program = argv.at(-1) ?? ''
  const modules = join(directory, dirname(program))
  const [node, env] = [runtime.path, environmentOf(runtime)]
  await using devBroker = options.brokers
    ? undefined
    : await startDevBroker(join(modules, 'dev-broker', `main${extname(program)}`), { node, env })
  const brokers = options.brokers ?? (devBroker ? [devBroker.address] : [])
  await using target = kafkaTarget({ brokers, modules, node, env, ...(leaseMs && { leaseMs }) })
  return await runTogether(scenes, target, onResult)
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
