import type { Check, Edge } from './check.ts'

export interface CheckResult {
  readonly name: string
  readonly passed: boolean
  /** What was expected and what came, when it failed. */
  readonly error?: string
}

export interface EdgeResult {
  readonly name: string
  readonly answer: string
}

export interface ContractResult {
  readonly checks: readonly CheckResult[]
  readonly edges: readonly EdgeResult[]
}

/**
 * Runs checks one after the other against a target. A check that fails does not stop the others.
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

/** Runs the checks of a contract, then its edge probes. A probe that gets no answer says so in its line. */
export async function runContract<Target>(
  contract: { readonly checks: readonly Check<Target>[]; readonly edges: readonly Edge<Target>[] },
  target: Target,
  onResult?: (result: CheckResult) => void,
): Promise<ContractResult> {
  const checks = await runChecks(contract.checks, target, onResult)
  const edges: EdgeResult[] = []
  for (const { name, probe } of contract.edges) {
    const answer = await probe(target).catch((error: unknown) => `no answer: ${messageOf(error)}`)
    edges.push({ name, answer })
  }
  return { checks, edges }
}

async function runCheck<Target>(check: Check<Target>, target: Target): Promise<CheckResult> {
  try {
    await check.run(target)
    return { name: check.name, passed: true }
  } catch (error) {
    return { name: check.name, passed: false, error: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
