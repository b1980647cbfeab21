/** How an example that was launched or copied is held to its contract. */
import { checks as busProgramChecks } from '../../contracts/bus/process-checks.ts'
import { runBusContract } from '../../contracts/bus/run.ts'
import { testBeds } from '../../contracts/bus/test-beds/index.ts'
import { checks as httpProgramChecks } from '../../contracts/http/process-checks.ts'
import { checks as httpChecks, quickChecks, record } from '../../contracts/http/index.ts'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { runChecks, type CheckResult } from '../../contracts/run.ts'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import type { Manifest } from '../../src/model/examples/manifest.ts'

/** An example that was installed and started as a reader would. */
export interface Started {
  readonly service: Program
  readonly directory: string
  /** The program itself, to be started again: npm passes no signals on. */
  readonly argv: readonly string[]
  readonly runtime: Runtime
  /** Added to the environment of whatever is started. */
  readonly env?: NodeJS.ProcessEnv
}

type Held = (started: Started) => Promise<readonly CheckResult[]>

/** All checks of each contract, in an environment to which nothing is added. */
export async function whole(manifest: Manifest, started: Started): Promise<readonly CheckResult[]> {
  if (manifest.contract === 'bus') {
    const openTestBed = testBeds[manifest.adapter]
    return (await runBusContract({ ...started, openTestBed })).checks
  }
  return [
    ...(await runChecks(httpChecks, record(started.service.target))),
    ...(await runChecks(httpProgramChecks, again(started))),
  ]
}

/** What takes no long time: no full store, and of a bus the program with its demo, not the scenes. */
export const quick: Record<Manifest['contract'], Held> = {
  http: async (started) => [
    ...(await runChecks(quickChecks, record(started.service.target))),
    ...(await runChecks(httpProgramChecks, again(started))),
  ],
  bus: (started) => runChecks(busProgramChecks, again({ ...started, env: apart(started) })),
}

const again = ({ argv, directory, runtime, env }: Started) => ({
  start: (more: NodeJS.ProcessEnv = {}) =>
    startProgram({ argv, directory, env: { ...environmentOf(runtime), ...env, ...more } }),
})

/** The program that was started has its data folder to itself: those that are started again keep theirs in memory. */
const apart = ({ env }: Started): NodeJS.ProcessEnv => ({ ...env, DATA_DIR: ':memory:' })
