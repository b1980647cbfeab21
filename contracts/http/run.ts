import { connectionProbes } from './probes/connections.ts'
import { checks as processChecks } from './process-checks.ts'
import { checks, probes, record } from './index.ts'
import { startProgram } from '../process/program.ts'
import { runChecks, runContract, type CheckResult, type ContractResult } from '../run.ts'
import { environmentOf, type Runtime } from '../process/runtimes.ts'

export interface HttpRun extends ContractResult {
  readonly runtime: string
}

/** The names of all checks, in the order in which `runHttpContract` runs them. */
export const checkNames: readonly string[] = [...checks, ...processChecks].map(({ name }) => name)

/**
 * Runs the whole HTTP contract against a service: its checks, the checks of its process and the probes.
 *
 * @param options.directory the folder of the service, with its packages installed
 * @param options.argv the program and its arguments
 * @param options.onResult called after each check, to show progress
 * @throws StartError when the service cannot be started
 */
export async function runHttpContract({
  directory,
  argv,
  runtime,
  onResult,
}: {
  directory: string
  argv: readonly string[]
  runtime: Runtime
  onResult?: (result: CheckResult) => void
}): Promise<HttpRun> {
  const start = (env: NodeJS.ProcessEnv = {}) =>
    startProgram({ argv, directory, env: { ...environmentOf(runtime), ...env } })
  await using program = await start()
  const http = await runContract({ checks, probes }, record(program.target), onResult)
  const processResults = await runChecks(processChecks, { start }, onResult)
  await using other = await start()
  const connections = await runContract({ checks: [], probes: connectionProbes }, other)
  return {
    runtime: runtime.name,
    checks: [...http.checks, ...processResults],
    probes: [...http.probes, ...connections.probes],
  }
}
