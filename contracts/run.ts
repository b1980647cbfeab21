import type { Check, Probe } from './check.ts'

export interface CheckResult {
  readonly name: string
  readonly passed: boolean
  /** What was expected and what was received, if the check failed. */
  readonly error?: string
}

export interface ProbeResult {
  readonly name: string
  readonly answer: string
}

export interface ContractResult {
  readonly checks: readonly CheckResult[]
  readonly probes: readonly ProbeResult[]
}

/**
 * Runs checks one after the other against a target, and continues after a check that fails.
 *
 * @param onResult called after each check, to show progress
 */
export async function runChecks<Target>(
  checks: readonly Check<Target>[],
  target: Target,
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    const result = await runCheck(check, target)
    results.push(result)
    onResult(result)
  }
  return results
}

/** Runs the checks of a contract, then its probes. A probe that rejects is recorded as `no answer`. */
export async function runContract<Target>(
  contract: {
    readonly checks: readonly Check<Target>[]
    readonly probes: readonly Probe<Target>[]
  },
  target: Target,
  onResult?: (result: CheckResult) => void,
): Promise<ContractResult> {
  const checks = await runChecks(contract.checks, target, onResult)
  const probes: ProbeResult[] = []
  for (const probe of contract.probes) {
    const answer = await probe
      .run(target)
      .catch((error: unknown) => `no answer: ${formatError(error)}`)
    probes.push({ name: probe.name, answer })
  }
  return { checks, probes }
}

async function runCheck<Target>(check: Check<Target>, target: Target): Promise<CheckResult> {
  try {
    await check.run(target)
    return { name: check.name, passed: true }
  } catch (error) {
    return { name: check.name, passed: false, error: formatError(error) }
  }
}

function formatError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
